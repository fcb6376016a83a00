using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Routing;
using ImageGateway.Tests.Catalog;

namespace ImageGateway.Tests.Routing;

/// <summary>Jobs and routing tables to plan with.</summary>
internal static class Plans
{
    public static readonly Caller Anyone = new("acme", "web", "acme/web", ["*"], Tier.Final);

    private static readonly Uncalled OpenAi = new(takesJsonEdits: true);
    private static readonly Uncalled Azure = new(takesJsonEdits: false);

    private static readonly Target[] Targets =
    [
        Of("openai/gpt-image-1", "gpt-image-1"), Of("openai/gpt-image-1-mini", "gpt-image-1-mini"), Of("openai/gpt-image-2", "gpt-image-2"),
        Of("azure/img-std", "gpt-image-1"), Of("azure/img-mini", "gpt-image-1-mini"), Of("azure/gpt-image-1", "gpt-image-1"),
        Of("azure/draft", "gpt-image-1.5"), Of("azure/dall-e-3", "gpt-image-2"),
        Of("dalle/dall-e-3", "dall-e-3"), Of("dalle/dall-e-2", "dall-e-2"),
    ];

    /// <summary>Drafts, finals, and every other model by its name.</summary>
    public static RoutingTable Table { get; } = new(Targets,
    [
        Route("drafts", "openai/gpt-image-1-mini", "azure/img-mini") with { Tier = Tier.Draft },
        Route("finals", "openai/gpt-image-1", "azure/img-std", "dalle/dall-e-3") with { Tier = Tier.Final },
        Route("by-model"),
    ]);

    public static RoutingTable TableOf(params RoutePolicy[] routes) => new(Targets, routes);

    public static RoutePolicy Route(string name, params string[] targets) =>
        new(name, null, null, [.. targets.Select(target => Array.Find(Targets, one => one.Name == target)!)]);

    public static ImageJob Job(string? model, ImageParameters? parameters = null, Operation operation = Operation.Generation) =>
        new() { Operation = operation, Model = model, Prompt = "a fox", Parameters = parameters ?? new(), Body = new FormBody([], []) };

    public static Target Of(string name, string model) => new()
    {
        Name = name,
        Provider = name.StartsWith("azure", StringComparison.Ordinal) ? Azure : OpenAi,
        Model = ShippedCatalogue.Model(model),
        UpstreamName = name.Split('/')[1],
        IsDeployment = name.StartsWith("azure", StringComparison.Ordinal),
        Timeout = TimeSpan.FromMinutes(5),
    };

    /// <summary>A provider that is never called.</summary>
    private sealed class Uncalled(bool takesJsonEdits) : IImageProvider
    {
        public IReadOnlyList<string> Secrets => [];

        public bool TakesJsonEdits => takesJsonEdits;

        public Task<HttpResponseMessage> SendAsync(Attempt attempt, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose() { }
    }
}
