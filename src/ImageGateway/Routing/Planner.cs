using ImageGateway.Images;
using ImageGateway.Routing.Load;

namespace ImageGateway.Routing;

/// <summary>
/// Plans a job. A pure function of the job, the configuration and the load:
/// (1) which tier or name is asked for; (2) which route and targets that stands for, a retired model's successor included;
/// (3) each target is held against tenant, region, life-cycle and ability, in its own dialect;
/// (4) the rest is ordered by the route's strategy, targets with room first.
/// </summary>
internal static class Planner
{
    /// <summary>The plan of a job; it has at least one target.</summary>
    /// <param name="job">The job.</param>
    /// <param name="caller">Who pays.</param>
    /// <param name="table">Targets and routes.</param>
    /// <param name="load">Health and room of a target for so many calls and pictures.</param>
    /// <param name="ticket">The number of the job on its route; decides turns and explorations.</param>
    /// <param name="today">The day (UTC), for life-cycles and prices.</param>
    /// <exception cref="GatewayException">404: nothing goes by the name; 403: the tenant may not; 400: no target can.</exception>
    public static Plan Plan(ImageJob job, Caller caller, RoutingTable table, Func<Target, int, int, TargetLoad> load, Func<string, long> ticket, DateOnly today)
    {
        var adjustments = new List<Adjustment>();
        var tier = AskedTier.Of(job, caller, table, adjustments);                             // 1
        var candidates = Candidates.For(job, caller, tier, table, today, adjustments);        // 2
        Refuse(job, candidates.Route);
        var filter = Filter(candidates);                                                      // 3
        while (filter.Planned.Count == 0 && WithoutBlamed(candidates, filter.Skipped) is { } eased)
            (candidates, filter) = (eased, Filter(eased));
        if (filter.Planned.Count == 0)
            throw NoTarget.Error(job, filter.Skipped);
        RefuseForeignFiles(job, filter.Planned);
        Ordering.Sort(filter.Planned, candidates, table, ticket(candidates.Route.Name));        // 4
        return new Plan(tier, candidates.Route, filter.Planned, filter.Skipped);

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

    // A provider knows its own files only, and which one it is nobody said.
    private static void RefuseForeignFiles(ImageJob job, List<PlannedTarget> planned)
    {
        if (job.FileIds > 0 && planned.Exists(other => other.Target.Provider != planned[0].Target.Provider))
            throw new GatewayException(ErrorKind.InvalidValue, "Invalid value for 'images': a 'file_id' belongs to one provider, and several could serve this. Name the provider in 'model', as in 'provider/model'.", "images");
    }

    // A ceiling that refuses does so before targets are looked at: no other target would help.
    private static void Refuse(ImageJob job, RoutePolicy route)
    {
        if (route.OnCeiling == CeilingAction.Refuse && job.Parameters.Count > route.MaxN)
            throw GatewayException.Invalid("n", $"{job.Parameters.Count}", $"1 to {route.MaxN} on the route '{route.Name}'");
    }
}
