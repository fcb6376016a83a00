using ImageGateway.Configuration;
using ImageGateway.Providers;

namespace ImageGateway.Api.PassThrough;

/// <summary>A path that is forwarded to a provider without inspection.</summary>
internal sealed record PassThroughRoute(PathPattern Path, IReadOnlyList<string> Methods, IImageProvider Provider, TimeSpan Timeout)
{
    private static readonly string[] Known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>The gateway's own paths, where a forwarded request would be neither checked nor charged.</summary>
    private static readonly PathPattern[] Own =
    [
        .. ((string[])
        [
            .. ApiPaths.Images.Select(prefix => $"{prefix}/images/{{**rest}}"), .. ApiPaths.Accounts.Select(prefix => $"{prefix}/models/{{**rest}}"), "/v1/quota", "/v1/organization/{**rest}",
        ]).Select(path => PathPattern.Parse(path)!),
    ];

    private static readonly PathPattern[] Responses = [.. ApiPaths.Accounts.Select(prefix => PathPattern.Parse($"{prefix}/responses")!)];

    /// <summary>Reads the list; every mistake is reported under its key path.</summary>
    /// <param name="options">The list.</param>
    /// <param name="providers">The providers by name; null for a provider with mistakes of its own.</param>
    /// <param name="providerOptions">Their options, for the timeout.</param>
    /// <param name="mistakes">Where mistakes go.</param>
    public static List<PassThroughRoute> Read(
        List<PassThroughOptions> options, IReadOnlyDictionary<string, IImageProvider?> providers, IReadOnlyDictionary<string, ProviderOptions> providerOptions, Mistakes mistakes)
    {
        var routes = new List<PassThroughRoute>();
        for (var i = 0; i < options.Count; i++)
        {
            var (entry, here) = (options[i], mistakes.At($"{i}"));
            var methods = MethodsOf(entry);
            foreach (var method in methods.Except(Known))
                here.Add(nameof(entry.Methods), $"'{method}' is not one of {string.Join(", ", Known)}");
            var first = options.FindIndex(other => other.Path.Equals(entry.Path, StringComparison.OrdinalIgnoreCase) && MethodsOf(other).Intersect(methods).Any());
            here.Unless(first == i, nameof(entry.Path), $"'{entry.Path}' is listed twice");
            var (path, provider) = (Pattern(entry.Path, here), Find(entry.Provider, providers, here));
            if (path is null || provider is null)
                continue;
            here.Unless(provider.Locate(path.Example(), default) is not null, nameof(entry.Path), $"the provider '{entry.Provider}' does not serve this path; OpenAI's paths are below /v1");
            routes.Add(new PassThroughRoute(path, methods, provider, providerOptions[entry.Provider].Timeout));
        }
        return routes;
    }

    /// <summary>True when it takes calls of the Responses API, whose image tool draws pictures that nobody counts here.</summary>
    public bool TakesResponses => Methods.Contains("POST") && Array.Exists(Responses, Path.Overlaps);

    private static string[] MethodsOf(PassThroughOptions entry) => entry.Methods.Count == 0 ? ["GET", "POST"] : [.. entry.Methods.Select(method => method.ToUpperInvariant())];

    private static PathPattern? Pattern(string text, Mistakes here)
    {
        if (PathPattern.Parse(text) is not { } path)
        {
            here.Add(nameof(Path), $"'{text}' is not a valid path, such as /v1/files/{{**rest}}");
            return null;
        }
        here.Unless(path.IsBelow("v1") || path.IsBelow("openai"), nameof(Path), $"'{text}' is not below /v1 or /openai, where tenants' keys are checked");
        here.Unless(!Array.Exists(Own, path.Overlaps), nameof(Path), $"'{text}' overlaps paths that the gateway serves itself");
        return path;
    }

    private static IImageProvider? Find(string name, IReadOnlyDictionary<string, IImageProvider?> providers, Mistakes here)
    {
        if (!providers.TryGetValue(name, out var provider))
            here.Add(nameof(Provider), $"there is no provider '{name}'; the providers are {string.Join(", ", providers.Keys)}");
        return provider;
    }
}
