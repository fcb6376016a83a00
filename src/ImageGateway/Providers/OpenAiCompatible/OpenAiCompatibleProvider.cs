using System.Net.Http.Headers;
using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Providers.Bodies;

namespace ImageGateway.Providers.OpenAiCompatible;

/// <summary>
/// An API close to OpenAI's (CometAPI, xAI, Together and similar); its profile describes the differences. Responses pass
/// unchanged, so a provider that returns only URLs needs models with response_format url in the catalogue.
/// </summary>
internal sealed class OpenAiCompatibleProvider(string name, Uri baseUrl, string? apiKey, ProviderOptions options, Profile profile) : IImageProvider
{
    private readonly AuthenticationHeaderValue? _authorization = apiKey is null ? null : new("Bearer", apiKey);
    private readonly ProfileOptions _options = options.Profile ?? new ProfileOptions();

    /// <summary>The kind as the configuration names it.</summary>
    public static ProviderKind Kind { get; } = new("OpenAICompatible", Create);

    public HttpMessageInvoker Invoker { get; } = UpstreamClient.Create(name, options);

    // File ids belong to OpenAI's JSON edits, which none of the compatible APIs has.
    public bool TakesJsonEdits => false;

    public IReadOnlyList<string> Secrets { get; } = [.. new[] { baseUrl.Authority, baseUrl.Host, apiKey }.OfType<string>()];

    public IReadOnlyList<ParameterChange> Unsaid(ImageParameters sent, Model model) => profile.Unsaid(sent, model);

    public Task<HttpResponseMessage> SendAsync(Attempt attempt, CancellationToken cancellationToken) =>
        UpstreamClient.SendAsync(this, attempt, Address(attempt.Job.Operation), Body(attempt), cancellationToken);

    public Uri? Locate(PathString path, QueryString query) => UpstreamPath.Below(baseUrl, path, query);

    public ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = _authorization;
        return ValueTask.CompletedTask;
    }

    public void Dispose() => Invoker.Dispose();

    private HttpContent Body(Attempt attempt)
    {
        var edits = profile.Edits(attempt);
        return _options.JsonEdits && attempt.Job.Operation == Operation.Edit
            ? JsonEdit.Create(attempt, [new("model", attempt.Name), .. edits])
            : UpstreamBody.For(attempt, attempt.Name, jsonEdits: false, edits);
    }

    private Uri Address(Operation operation) => new(baseUrl, operation switch
    {
        Operation.Generation => _options.Paths.Generations,
        Operation.Edit => _options.Paths.Edits,
        _ => "images/variations",
    });

    private static OpenAiCompatibleProvider? Create(ProviderSettings settings)
    {
        var options = settings.Options;
        var baseUrl = settings.Url(nameof(options.BaseUrl), options.BaseUrl, simulatedPath: $"accounts/{settings.Name}/v1");
        var apiKey = settings.Secret(nameof(options.ApiKey), options.ApiKey);
        settings.Refuse(nameof(options.Deployments), options.Deployments.Count > 0, "an OpenAICompatible provider has Models, not Deployments");
        settings.Refuse(nameof(options.Credential), options.Credential is not null, "only AzureOpenAI supports Entra ID");
        settings.RefuseOpenAis();
        settings.RefuseAzures();
        var here = settings.Mistakes.At(nameof(options.Profile));
        var own = options.Profile ?? new ProfileOptions();
        var profile = Profile.Read(own, here);
        here.Unless(IsBelow(own.Paths.Generations), "Paths:Generations", $"'{own.Paths.Generations}' is not a valid path, such as images/generations");
        here.Unless(IsBelow(own.Paths.Edits), "Paths:Edits", $"'{own.Paths.Edits}' is not a valid path, such as images/edits");
        return baseUrl is null ? null : new OpenAiCompatibleProvider(settings.Name, baseUrl, apiKey, options, profile);
    }

    // Anything else could lead away from the base URL, taking the key along.
    private static bool IsBelow(string path) =>
        path.Length > 0 && path[0] != '/' && path.AsSpan().IndexOfAny(":?#\\%") < 0 && !path.Contains("..", StringComparison.Ordinal);
}
