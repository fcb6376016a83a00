using ImageGateway.Configuration;

namespace ImageGateway.Providers;

/// <summary>The settings a provider is created from: its options and their context. Mistakes are reported under the provider's path.</summary>
internal sealed record ProviderSettings(string Name, ProviderOptions Options, Mistakes Mistakes, Secrets Secrets, TimeProvider Time)
{
    /// <summary>The address of the simulator inside this process; null when none runs.</summary>
    public Uri? Simulator { get; init; }

    /// <summary>
    /// A URL without a query; without one, a simulated provider uses the simulator inside this process. Ends with a slash,
    /// ready for relative paths.
    /// </summary>
    public Uri? Url(string option, string? text, string simulatedPath)
    {
        if (text is null && Options.Simulated && Simulator is not null)
            return new Uri(Simulator, simulatedPath + "/");
        if (text is null)
            Mistakes.Add(option, Options.Simulated ? "is required, or else a restart: the simulator for providers without a URL starts with the gateway" : "is required");
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.Query.Length + url.Fragment.Length + url.UserInfo.Length > 0)
            Mistakes.Add(option, $"{Mistakes.Shown(text)}is not an http or https URL without user, query and fragment");
        else
            return new Uri(text.TrimEnd('/') + "/");
        return null;
    }

    /// <summary>The value of a secret reference; a simulated provider needs none.</summary>
    public string? Secret(string option, string? reference)
    {
        if (reference is not null)
            return Secrets.Resolve(reference, Mistakes, option);
        if (Options.Simulated)
            return "simulated";
        Mistakes.Add(option, "is required, as env:NAME, file:PATH or vault:NAME");
        return null;
    }

    /// <summary>Reports Azure's options, which have no effect here.</summary>
    public void RefuseAzures()
    {
        RefuseForeign(nameof(Options.Endpoint), Options.Endpoint, "AzureOpenAI");
        RefuseForeign(nameof(Options.ApiVersion), Options.ApiVersion, "AzureOpenAI");
        RefuseForeign(nameof(Options.ApiStyle), Options.ApiStyle, "AzureOpenAI");
    }

    /// <summary>Reports OpenAI's options, which have no effect here.</summary>
    public void RefuseOpenAis()
    {
        RefuseForeign(nameof(Options.Organization), Options.Organization, "OpenAI");
        RefuseForeign(nameof(Options.Project), Options.Project, "OpenAI");
    }

    /// <summary>Reports a base URL: Azure has an endpoint instead.</summary>
    public void RefuseBaseUrl() => Refuse(nameof(Options.BaseUrl), !string.IsNullOrWhiteSpace(Options.BaseUrl), $"AzureOpenAI has no base URL; set {nameof(Options.Endpoint)} instead");

    /// <summary>Reports a mistake when <paramref name="wrong"/>.</summary>
    public void Refuse(string option, bool wrong, string message)
    {
        if (wrong)
            Mistakes.Add(option, message);
    }

    private void RefuseForeign(string option, string? value, string kind) => Refuse(option, !string.IsNullOrWhiteSpace(value), $"only {kind} has one");
}
