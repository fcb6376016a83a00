using ImageGateway.Images;
using ImageGateway.Routing.Load;

namespace ImageGateway.Routing;

/// <summary>
/// Plans a job. A pure function of the job, the configuration and the load: (1) the requested tier or name; (2) the route and
/// targets for it, including a retired model's substitute; (3) each target is checked for tenant, region, life cycle and
/// ability, in its own dialect; drained ones remain only if there is no other; (4) the remaining targets are ordered by the
/// route's strategy, those with capacity first.
/// </summary>
internal static class Planner
{
    /// <summary>The plan of a job; it has at least one target, though all may be drained (<see cref="Plan.Refusal"/>).</summary>
    /// <param name="job">The job.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="table">Targets and routes.</param>
    /// <param name="load">Health and capacity of a target for so many calls and images.</param>
    /// <param name="ticket">The number of the job on its route; decides turns and exploration.</param>
    /// <param name="today">The day (UTC), for life cycles and prices.</param>
    /// <exception cref="GatewayException">404: the name is unknown; 403: the tenant may not use it; 400: no target can do the job.</exception>
    public static Plan Plan(ImageJob job, Caller caller, RoutingTable table, Func<Target, int, int, TargetLoad> load, Func<string, long> ticket, DateOnly today)
    {
        var adjustments = new List<Adjustment>();
        var tier = AskedTier.Of(job, caller, table, adjustments);                             // 1
        var candidates = Candidates.For(job, caller, tier, table, today);                     // 2
        Refuse(job, candidates.Route);
        var filter = Filter(candidates);                                                      // 3
        while (filter.Planned.Count == 0 && WithoutBlamed(candidates, filter.Skipped) is { } eased)
            (candidates, filter) = (eased, Filter(eased));
        var refusal = filter.Planned.Count == 0 ? NoTarget.Error(job, filter.Skipped) : null;
        if (refusal is not null && filter.Drained.Count == 0)
            throw refusal;
        var able = refusal is null ? filter.Planned : filter.Drained;
        RefuseForeignFiles(job, able);
        Ordering.Sort(able, candidates, table, ticket(candidates.Route.Name));                  // 4
        return new Plan(tier, candidates.Route, able, filter.Skipped)
        {
            MeansAddress = job.Parameters is { ResponseFormat: null, Stream: false } && candidates.Asked is { ResponseFormats: ["url", ..] },
            Refusal = refusal,
        };

        TargetFilter Filter(Candidates some)
        {
            var made = new TargetFilter(job, caller, some, adjustments, table.AllowsUnpriced, today);
            made.Check(some.Targets, load);
            made.Check(some.Fallback, load);
            return made;
        }
    }

    // What a route fills in counts as the client's wish while there is a target for it, and is nothing to refuse the client for.
    private static Candidates? WithoutBlamed(Candidates candidates, List<SkippedTarget> skipped)
    {
        var defaults = candidates.Route.Defaults;
        var left = defaults.Where(entry => !skipped.Exists(skip => skip.Kind == SkipReason.Unfit && skip.Param == entry.Key)).ToList();
        return left.Count == defaults.Count ? null : candidates with { Route = candidates.Route with { Defaults = left } };
    }

    // A file id is valid at one provider only, and the request does not say which.
    private static void RefuseForeignFiles(ImageJob job, List<PlannedTarget> planned)
    {
        if (job.FileIds > 0 && planned.Exists(other => other.Target.Provider != planned[0].Target.Provider))
            throw new GatewayException(ErrorKind.InvalidValue, "Invalid value for 'images': a 'file_id' belongs to one provider, and several could serve this. Name the provider in 'model', as in 'provider/model'.", "images");
    }

    // A ceiling that refuses applies before targets are checked: no other target would help.
    private static void Refuse(ImageJob job, RoutePolicy route)
    {
        if (route.OnCeiling == CeilingAction.Refuse && job.Parameters.Count > route.MaxN)
            throw GatewayException.Invalid("n", $"{job.Parameters.Count}", $"1 to {route.MaxN} on the route '{route.Name}'");
    }
}
