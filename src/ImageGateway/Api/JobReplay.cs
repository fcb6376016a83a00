using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Routing;

namespace ImageGateway.Api;

/// <summary>The identity of a planned job for replay; hashed only on demand.</summary>
internal sealed class JobReplay : IDisposable
{
    private readonly Lazy<JobDigest> _digest;

    private JobReplay(JobRecord record, Plan plan, long sharedBytes)
    {
        _digest = new Lazy<JobDigest>(() => new JobDigest(record.Job), isThreadSafe: false);
        Ask = new ReplayAsk(
            record, Rule(record, plan, sharedBytes), Models(plan), new Lazy<string>(() => _digest.Value.BodyKey(), isThreadSafe: false), target => IsSimulated(plan, target));
    }

    public ReplayAsk Ask { get; }

    /// <summary>The replay of a job.</summary>
    /// <param name="record">The job.</param>
    /// <param name="plan">Where it goes.</param>
    /// <param name="sharedBytes">Bytes for the responses that tenants share.</param>
    public static JobReplay Of(JobRecord record, Plan plan, long sharedBytes) => new(record, plan, sharedBytes);

    public void Dispose()
    {
        if (_digest.IsValueCreated)
            _digest.Value.Dispose();
    }

    // A route's rule comes first, but only a tenant's own setting shares its images. A response with URLs is cached only if the
    // gateway fetches the images. A partition has the same size limit whichever way a response gets there, so no response makes
    // room in what others may keep.
    private static CacheRule? Rule(JobRecord record, Plan plan, long sharedBytes)
    {
        var (route, tenant) = (plan.Route.Cache, record.Caller.Cache);
        var rule = route is null ? tenant : route with { Scope = tenant is { IsShared: true } ? route.Scope : CacheScope.Tenant, MaxBytes = tenant?.MaxBytes ?? route.MaxBytes };
        if (rule is { IsShared: true })
            rule = rule with { MaxBytes = sharedBytes };
        return rule is { Ttl.Ticks: > 0 } && (plan.Targets[0].IsTakenOver || !plan.Targets[0].AnswersWithAddress) ? rule : null;
    }

    private List<DrawingModel> Models(Plan plan)
    {
        var models = new List<DrawingModel>(plan.Targets.Count);
        foreach (var planned in plan.Targets)
            models.Add(Model(planned));
        return models;
    }

    private DrawingModel Model(PlannedTarget planned) => new(
        planned.Target.Model.Name, planned.Dialect.Sent.Count, new Lazy<string>(() => _digest.Value.PictureKey(planned.Target.Model, planned.Dialect.Sent, ProviderOf(planned.Target)), isThreadSafe: false),
        new Lazy<string?>(() => planned.Dialect.Adjustments is { Count: > 0 } adjustments ? Adjustment.Header(adjustments) : null, isThreadSafe: false));

    private static string ProviderOf(Target target) => target.Name[..target.Name.IndexOf('/')];

    private static bool IsSimulated(Plan plan, string target)
    {
        foreach (var planned in plan.Targets)
        {
            if (planned.Target.Name == target)
                return planned.Target.Simulated;
        }
        return false;
    }
}
