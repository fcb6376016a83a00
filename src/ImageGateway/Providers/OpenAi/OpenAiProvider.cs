using System.Net.Http.Headers;
using ImageGateway.Images;
using ImageGateway.Providers.Bodies;

namespace ImageGateway.Providers.OpenAi;

/// <summary>OpenAI's own API; the catalogue describes DALL·E as a dialect of it.</summary>
internal sealed class OpenAiProvider(string name, Uri baseUrl, string? apiKey, ProviderOptions options) : IImageProvider
{
    private readonly AuthenticationHeaderValue? _authorization = apiKey is null ? null : new("Bearer", apiKey);
    private readonly string? _organization = Given(options.Organization);
    private readonly string? _project = Given(options.Project);
    private readonly Uri _generations = new(baseUrl, "images/generations");
    private readonly Uri _edits = new(baseUrl, "images/edits");
    private readonly Uri _variations = new(baseUrl, "images/variations");

    /// <summary>The kind as the configuration names it.</summary>
    public static ProviderKind Kind { get; } = new("OpenAI", Create) { ConventionalName = "openai" };

    public HttpMessageInvoker Invoker { get; } = UpstreamClient.Create(name, options);

    public bool TakesJsonEdits => true;

    public IReadOnlyList<string> Secrets { get; } =
        [.. new[] { baseUrl.Authority, baseUrl.Host, apiKey, Given(options.Organization), Given(options.Project) }.OfType<string>()];

    public Task<HttpResponseMessage> SendAsync(Attempt attempt, CancellationToken cancellationToken) =>
        UpstreamClient.SendAsync(this, attempt, Address(attempt.Job.Operation), UpstreamBody.For(attempt, attempt.Name, attempt.Model.JsonEdits), cancellationToken);

    public Uri? Locate(PathString path, QueryString query) => UpstreamPath.Below(baseUrl, path, query);

    public ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = _authorization;
        if (_organization is not null)
            request.Headers.TryAddWithoutValidation("OpenAI-Organization", _organization);
        if (_project is not null)
            request.Headers.TryAddWithoutValidation("OpenAI-Project", _project);
        return ValueTask.CompletedTask;
    }

    public void Dispose() => Invoker.Dispose();

    // An environment variable with an empty value counts as not set.
    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private Uri Address(Operation operation) => operation switch
    {
        Operation.Generation => _generations,
        Operation.Edit => _edits,
        _ => _variations,
    };

    private static OpenAiProvider? Create(ProviderSettings settings)
    {
        var options = settings.Options;
        var baseUrl = settings.Url(nameof(options.BaseUrl), options.BaseUrl, simulatedPath: $"accounts/{settings.Name}/v1");
        var apiKey = settings.Secret(nameof(options.ApiKey), options.ApiKey);
        settings.Refuse(nameof(options.Deployments), options.Deployments.Count > 0, "an OpenAI provider has Models, not Deployments");
        settings.Refuse(nameof(options.Credential), options.Credential is not null, "only AzureOpenAI supports Entra ID");
        settings.RefuseAzures();
        settings.Refuse(nameof(options.Profile), options.Profile is not null, "only OpenAICompatible has one");
        return baseUrl is null ? null : new OpenAiProvider(settings.Name, baseUrl, apiKey, options);
    }
}
