using ImageGateway.Configuration;

namespace ImageGateway.Providers;

/// <summary>What a provider is made of: its options and what they refer to. Mistakes are reported under the provider's path.</summary>
internal sealed record ProviderSettings(string Name, ProviderOptions Options, Mistakes Mistakes, Secrets Secrets, TimeProvider Time)
{
    /// <summary>Where the simulator inside this process listens; null when none runs.</summary>
    public Uri? Simulator { get; init; }

    /// <summary>A URL without query; a simulated provider without one is the simulator inside. Ends with a slash, ready for relative paths.</summary>
    public Uri? Url(string option, string? text, string simulatedPath)
    {
        if (text is null && Options.Simulated && Simulator is not null)
            return new Uri(Simulator, simulatedPath + "/");
        if (text is null)
            Mistakes.Add(option, Options.Simulated ? "is needed, or a restart: the simulator for providers without an address begins with the gateway" : "is needed");
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.Query.Length + url.Fragment.Length + url.UserInfo.Length > 0)
            Mistakes.Add(option, $"'{text}' is not an http or https address without user, query and fragment");
        else
            return new Uri(text.TrimEnd('/') + "/");
        return null;
    }

    /// <summary>What a secret reference refers to; a simulated provider needs none.</summary>
    public string? Secret(string option, string? reference)
    {
        if (reference is not null)
            return Secrets.Resolve(reference, Mistakes, option);
        if (Options.Simulated)
            return "simulated";
        Mistakes.Add(option, "is needed, as env:NAME, file:PATH or vault:NAME");
        return null;
    }

    /// <summary>Reports options that only Azure has, and would do nothing here.</summary>
    public void RefuseAzures()
    {
        RefuseForeign(nameof(Options.Endpoint), Options.Endpoint, "AzureOpenAI");
        RefuseForeign(nameof(Options.ApiVersion), Options.ApiVersion, "AzureOpenAI");
        RefuseForeign(nameof(Options.ApiStyle), Options.ApiStyle, "AzureOpenAI");
    }

    /// <summary>Reports options that only OpenAI has, and would do nothing here.</summary>
    public void RefuseOpenAis()
    {
        RefuseForeign(nameof(Options.Organization), Options.Organization, "OpenAI");
        RefuseForeign(nameof(Options.Project), Options.Project, "OpenAI");
    }

    /// <summary>Reports the address of the other kinds: Azure's is an endpoint.</summary>
    public void RefuseBaseUrl() => Refuse(nameof(Options.BaseUrl), !string.IsNullOrWhiteSpace(Options.BaseUrl), $"AzureOpenAI has none; where it is goes into {nameof(Options.Endpoint)}");

    /// <summary>Reports a mistake when <paramref name="wrong"/>.</summary>
    public void Refuse(string option, bool wrong, string message)
    {
        if (wrong)
            Mistakes.Add(option, message);
    }

    private void RefuseForeign(string option, string? value, string kind) => Refuse(option, !string.IsNullOrWhiteSpace(value), $"only {kind} has one");
}
