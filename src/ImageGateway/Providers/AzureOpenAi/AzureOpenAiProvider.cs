using System.Net.Http.Headers;
using Azure.Identity;
using ImageGateway.Images;
using ImageGateway.Providers.Bodies;
using Yarp.ReverseProxy.Forwarder;

namespace ImageGateway.Providers.AzureOpenAi;

/// <summary>
/// An Azure OpenAI resource, with deployment-scoped URLs or the v1 form. Edits are sent as forms, since Azure accepts no JSON
/// there; a deployment-scoped edit carries no model, which Azure would reject.
/// </summary>
internal sealed class AzureOpenAiProvider(string name, Uri endpoint, AzureCredential credential, ProviderOptions options) : IImageProvider
{
    /// <summary>The newest api-version that Azure documents for image deployments (2026-11).</summary>
    public const string DefaultApiVersion = "2025-04-01-preview";

    // What Azure's own hosts are named in any of its clouds; behind another name a proxy may have a path.
    private static readonly string[] OwnHosts = [".openai.azure.", ".cognitiveservices.azure.", ".services.ai.azure."];

    private readonly bool _v1 = options.ApiStyle == "v1";

    /// <summary>The kind as the configuration names it.</summary>
    public static ProviderKind Kind { get; } = new("AzureOpenAI", Create) { ConventionalName = "azure.ai.openai" };

    public HttpMessageInvoker Invoker { get; } = UpstreamClient.Create(name, options);

    public bool TakesJsonEdits => false;

    // Its output_format is png or jpeg, and it accepts no other inputs.
    public bool KnowsWebP => false;

    public IReadOnlyList<string> Secrets { get; } = [.. new[] { endpoint.Authority, endpoint.Host, credential.ApiKey }.OfType<string>()];

    public Task<HttpResponseMessage> SendAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var isEdit = attempt.Job.Operation != Operation.Generation;
        return UpstreamClient.SendAsync(this, attempt, Address(attempt), UpstreamBody.For(attempt, isEdit && !_v1 ? null : attempt.Name, jsonEdits: false), cancellationToken);
    }

    // Azure's own paths equal the gateway's; OpenAI's exist in its v1 form.
    public Uri? Locate(PathString path, QueryString query) =>
        path.StartsWithSegments("/openai")
            ? RequestUtilities.MakeDestinationAddress(endpoint.AbsoluteUri.TrimEnd('/'), path, query)
            : UpstreamPath.Below(new Uri(endpoint, "openai/v1"), path, query);

    public async ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (credential.ApiKey is { } key)
            request.Headers.TryAddWithoutValidation("api-key", key);
        else if (credential.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(token, cancellationToken));
    }

    public void Dispose()
    {
        Invoker.Dispose();
        credential.Token?.Dispose();
    }

    private static async Task<string> TokenAsync(EntraToken token, CancellationToken cancellationToken)
    {
        try
        {
            return await token.GetAsync(cancellationToken);
        }
        catch (AuthenticationFailedException e)
        {
            throw new GatewayException(
                new GatewayError(ErrorKind.NoTargetAvailable, "The gateway has no access to the provider now; the gateway's operator must fix this.") { RetryAfter = TimeSpan.FromSeconds(30) }, e);
        }
    }

    private Uri Address(Attempt attempt)
    {
        var operation = attempt.Job.Operation switch
        {
            Operation.Generation => "generations",
            Operation.Edit => "edits",
            _ => "variations",
        };
        var path = _v1 ? $"openai/v1/images/{operation}" : $"openai/deployments/{Uri.EscapeDataString(attempt.Name)}/images/{operation}";
        var version = options.ApiVersion ?? (_v1 ? null : DefaultApiVersion);
        return new Uri(endpoint, version is null ? path : $"{path}?api-version={Uri.EscapeDataString(version)}");
    }

    private static AzureOpenAiProvider? Create(ProviderSettings settings)
    {
        var options = settings.Options;
        var endpoint = settings.Url(nameof(options.Endpoint), options.Endpoint, simulatedPath: $"accounts/{settings.Name}");
        settings.Refuse(nameof(options.Endpoint), endpoint is not null && HasUselessPath(endpoint), $"'{options.Endpoint}' has a path that is not Azure's, or that the gateway adds itself; a resource's URL is https://NAME.openai.azure.com");
        settings.RefuseOpenAis();
        settings.RefuseBaseUrl();
        settings.Refuse(nameof(options.ApiStyle), options.ApiStyle is not (null or "deployments" or "v1"), $"'{options.ApiStyle}' is not one of deployments, v1");
        settings.Refuse(nameof(options.Credential), options.Credential is not (null or "EntraId"), $"'{options.Credential}' is not EntraId");
        settings.Refuse(nameof(options.Credential), options is { Credential: not null, ApiKey: not null }, "ApiKey and Credential are mutually exclusive");
        var credential = options.Credential is null
            ? new AzureCredential(settings.Secret(nameof(options.ApiKey), options.ApiKey), null)
            : new AzureCredential(null, new EntraToken(new DefaultAzureCredential(), settings.Time));
        settings.Refuse(nameof(options.Profile), options.Profile is not null, "only OpenAICompatible has one");
        return endpoint is null ? null : new AzureOpenAiProvider(settings.Name, endpoint, credential, options);
    }

    private static bool HasUselessPath(Uri endpoint) =>
        endpoint.AbsolutePath.EndsWith("/openai/", StringComparison.OrdinalIgnoreCase)
        || endpoint.AbsolutePath.Contains("/openai/v1/", StringComparison.OrdinalIgnoreCase)
        || endpoint.AbsolutePath.Contains("/openai/deployments/", StringComparison.OrdinalIgnoreCase)
        || (endpoint.AbsolutePath != "/" && Array.Exists(OwnHosts, host => endpoint.Host.Contains(host, StringComparison.OrdinalIgnoreCase)));
}

/// <summary>The authentication for a resource: by key or by token.</summary>
internal sealed record AzureCredential(string? ApiKey, EntraToken? Token);
