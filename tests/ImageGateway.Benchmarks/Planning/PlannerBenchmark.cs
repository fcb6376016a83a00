using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Providers.OpenAi;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;

namespace ImageGateway.Benchmarks.Planning;

/// <summary>What planning one job costs with 50 targets and 20 routes, of which the last takes the job and names every target.</summary>
[MemoryDiagnoser]
public class PlannerBenchmark
{
    private readonly TargetRegistry _registry = new(TimeProvider.System);
    private RoutingTable _table = null!;
    private Caller _caller = null!;
    private ImageJob _job = null!;

    /// <summary>The strategy of the route.</summary>
    [Params("Priority", "Weighted", "Cheapest")]
    public string Strategy { get; set; } = "";

    internal static int Run()
    {
        var config = DefaultConfig.Instance
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(10));
        BenchmarkRunner.Run<PlannerBenchmark>(config);
        return 0;
    }

    [GlobalSetup]
    public void SetUp()
    {
        var catalogue = Catalogue.Load(Path.Combine(AppContext.BaseDirectory, "config", "models.json"), new Mistakes("Catalogue"))!;
        var model = catalogue.Models["gpt-image-1"];
        var provider = new OpenAiProvider("p", new Uri("http://127.0.0.1/"), null, new ProviderOptions());
        var targets = Enumerable.Range(0, 50).Select(i => new Target
        {
            Name = $"p{i}/gpt-image-1",
            Provider = provider,
            Model = model,
            UpstreamName = "gpt-image-1",
            Timeout = TimeSpan.FromMinutes(5),
            RequestsPerMinute = 100,
        }).ToList();
        var strategy = Enum.Parse<Strategy>(Strategy);
        var routes = Enumerable.Range(0, 20).Select(i => new RoutePolicy
        {
            Name = $"r{i}",
            When = i < 19 ? new RouteCondition { Tenant = $"other-{i}-*" } : new RouteCondition(),
            Targets = targets,
            Fallback = [],
            Strategy = strategy,
            Turns = new WeightedTurns([.. targets.Select((_, weight) => 1 + (weight % 5))]),
        }).ToList();
        _table = new RoutingTable(catalogue, targets, routes);
        _caller = new Caller("acme", "web", "k", ["gpt-image-*"], Tier.Final);
        _job = new ImageJob
        {
            Operation = Operation.Generation,
            Model = "gpt-image-1",
            Prompt = "a lighthouse at dusk, seen from the sea",
            Parameters = new ImageParameters { Size = "1024x1024", Quality = "high" },
            Body = new FormBody([], []),
        };
    }

    [Benchmark]
    public int Plan() => Planner.Plan(
        _job, _caller, _table, _registry.Load, _registry.NextTicket, new DateOnly(2026, 1, 1)).Targets.Count;
}
