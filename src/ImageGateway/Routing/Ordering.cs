namespace ImageGateway.Routing;

/// <summary>Orders the targets that can do a job: by strategy, fallbacks last, and all with capacity before all without.</summary>
internal static class Ordering
{
    // One job in twenty goes to the target measured least recently, so that a slow one can show that it recovered.
    private const int Exploration = 20;

    /// <summary>Sorts in place.</summary>
    /// <param name="targets">The targets, in the order of the configuration, fallbacks last.</param>
    /// <param name="candidates">The route, for its strategy, and all of its targets.</param>
    /// <param name="table">The targets' turns if the route lists no targets.</param>
    /// <param name="ticket">The number of the job.</param>
    public static void Sort(List<PlannedTarget> targets, Candidates candidates, RoutingTable table, long ticket)
    {
        var fallback = candidates.Fallback;
        var primary = fallback.Count == 0 ? targets.Count : targets.FindIndex(target => fallback.Contains(target.Target)) is >= 0 and var first ? first : targets.Count;
        var ordered = targets.GetRange(0, primary);
        switch (candidates.Route.Strategy)
        {
            case Strategy.Weighted: ordered = InTurns(ordered, candidates, table, ticket); break;
            case Strategy.Cheapest: ordered = [.. ordered.OrderBy(target => target.ContractedWorst?.Amount.Value ?? long.MaxValue)]; break;
            case Strategy.Fastest: ordered = Fastest(ordered, ticket); break;
        }
        ordered.AddRange(targets.Skip(primary));
        targets.Clear();
        foreach (var target in ordered)
        {
            if (target.Load.IsReady)
                targets.Add(target);
        }
        if (targets.Count < ordered.Count)
            targets.AddRange(ordered.Where(target => !target.Load.IsReady).OrderBy(target => target.Load.Wait));
    }

    private static List<PlannedTarget> InTurns(List<PlannedTarget> targets, Candidates candidates, RoutingTable table, long ticket)
    {
        var route = candidates.Route;
        var (turns, all) = route.Targets.Count > 0 ? (route.Turns, route.Targets) : (table.TurnsOf(candidates.Targets), candidates.Targets);
        if (turns is null)
            return targets;
        Span<int> order = stackalloc int[all.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        turns.Sort(order, ticket);
        // Compared by identity: records compare member by member, and a route may have a hundred targets.
        var left = new Dictionary<Target, PlannedTarget>(targets.Count, ReferenceEqualityComparer.Instance);
        foreach (var target in targets)
            left.TryAdd(target.Target, target);
        var sorted = new List<PlannedTarget>(targets.Count);
        foreach (var index in order)
        {
            if (left.Remove(all[index], out var target))
                sorted.Add(target);
        }
        // Targets named by the request, or substitutes: the route has no turns for them.
        sorted.AddRange(targets.Where(target => left.ContainsKey(target.Target)));
        return sorted;
    }

    private static List<PlannedTarget> Fastest(List<PlannedTarget> targets, long ticket)
    {
        // A target that was never measured comes first, so that it gets measured.
        var sorted = targets.OrderBy(target => target.Load.MedianMilliseconds).ToList();
        if (sorted.Count > 1 && ticket % Exploration == Exploration - 1)
        {
            var explored = sorted[1 + (int)(ticket / Exploration % (sorted.Count - 1))];
            sorted.Remove(explored);
            sorted.Insert(0, explored);
        }
        return sorted;
    }
}
