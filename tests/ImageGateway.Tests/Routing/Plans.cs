using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Tests.Catalog;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests.Routing;

/// <summary>Jobs, targets, routes and loads to plan with.</summary>
internal static class Plans
{
    public static readonly Caller Anyone = new("acme", "web", "acme/web", ["*"], Tier.Final);

    public static readonly DateOnly Today = new(2026, 11, 20);

    private static readonly Uncalled OpenAi = new(isAzure: false);
    private static readonly Uncalled Azure = new(isAzure: true);

    public static readonly Target[] Targets =
    [
        Of("openai/gpt-image-1", "gpt-image-1"), Of("openai/gpt-image-1-mini", "gpt-image-1-mini"), Of("openai/gpt-image-2", "gpt-image-2"),
        Of("azure/img-std", "gpt-image-1"), Of("azure/img-mini", "gpt-image-1-mini"), Of("azure/gpt-image-1", "gpt-image-1"),
        Of("azure/draft", "gpt-image-1.5"), Of("azure/dall-e-3", "gpt-image-2"),
        Of("dalle/dall-e-3", "dall-e-3"), Of("dalle/dall-e-2", "dall-e-2"),
    ];

    /// <summary>Drafts, finals, and every other model by its name.</summary>
    public static RoutingTable Table { get; } = TableOf(
        Route("drafts", "openai/gpt-image-1-mini", "azure/img-mini") with { When = new() { Tier = Tier.Draft } },
        Route("finals", "openai/gpt-image-1", "azure/img-std", "dalle/dall-e-3") with { When = new() { Tier = Tier.Final } },
        Route("by-model"));

    public static RoutingTable TableOf(params RoutePolicy[] routes) => TableOf(Targets, routes);

    public static RoutingTable TableOf(IReadOnlyList<Target> targets, params RoutePolicy[] routes) => new(ShippedCatalogue.Loaded, targets, routes);

    /// <summary>A route for all jobs, to targets of <see cref="Targets"/>.</summary>
    public static RoutePolicy Route(string name, params string[] targets) => RouteTo(name, [.. targets.Select(Named)]);

    public static RoutePolicy RouteTo(string name, params Target[] targets) =>
        new() { Name = name, When = new RouteCondition(), Targets = targets, Fallback = [] };

    public static Target Named(string target) => Array.Find(Targets, one => one.Name == target) ?? throw new ArgumentException($"no target {target}", nameof(target));

    /// <summary>The plan when every target has room and nothing was measured, where nothing else is said.</summary>
    public static Plan PlanOf(
        ImageJob job, RoutingTable? table = null, Caller? caller = null, Func<Target, TargetLoad>? load = null, long ticket = 0, DateOnly? today = null) =>
        Planner.Plan(job, caller ?? Anyone, table ?? Table, (target, _, _) => load?.Invoke(target) ?? default, _ => ticket, today ?? Today);

    /// <summary>What a plan without a target says.</summary>
    public static GatewayError Refused(ImageJob job, RoutingTable? table = null, Caller? caller = null, Func<Target, TargetLoad>? load = null, DateOnly? today = null) =>
        Requests.Failure(() => PlanOf(job, table, caller, load, today: today));

    public static PlannedTarget First(this Plan plan) => plan.Targets[0];

    /// <summary>The targets' names, in order.</summary>
    public static string Names(this Plan plan) => string.Join(' ', plan.Targets.Select(planned => planned.Target.Name));

    /// <summary>What the client is told was changed for the first target.</summary>
    public static string Adjusted(this Plan plan) => Adjustment.Header(plan.First().Dialect.Adjustments);

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
    private sealed class Uncalled(bool isAzure) : IImageProvider
    {
        public IReadOnlyList<string> Secrets => [];

        public bool TakesJsonEdits => !isAzure;

        public bool KnowsWebP => !isAzure;

        public HttpMessageInvoker Invoker => throw new NotSupportedException();

        public Uri? Locate(PathString path, QueryString query) => null;

        public ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<HttpResponseMessage> SendAsync(Attempt attempt, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose() { }
    }
}
