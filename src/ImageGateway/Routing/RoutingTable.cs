using System.Collections.Frozen;
using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>All targets and routes, by every name a request may use. Immutable.</summary>
internal sealed class RoutingTable
{
    /// <summary>The tier of each alias; <c>auto</c> takes it from the request.</summary>
    private static readonly FrozenDictionary<string, Tier?> TierOf = new Dictionary<string, Tier?>
    {
        ["draft"] = Tier.Draft,
        ["final"] = Tier.Final,
        ["auto"] = null,
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, Target> _byName;
    private readonly FrozenDictionary<string, Target[]> _byModel;
    private readonly FrozenDictionary<string, Target[]> _byDeployment;
    private readonly FrozenDictionary<IReadOnlyList<Target>, WeightedTurns> _turns;

    /// <summary>Builds the table.</summary>
    /// <param name="catalogue">The models.</param>
    /// <param name="targets">Every target, in the order of the configuration.</param>
    /// <param name="routes">The routes, first match first.</param>
    /// <param name="prefersReal">Whether a model's name selects simulated targets only when there is no real one.</param>
    public RoutingTable(Catalogue catalogue, IReadOnlyList<Target> targets, IReadOnlyList<RoutePolicy> routes, bool prefersReal = false)
    {
        (Catalogue, Targets, Routes) = (catalogue, targets, routes);
        _byName = targets.ToFrozenDictionary(target => target.Name);
        _byModel = targets.GroupBy(target => target.Model.Name).ToFrozenDictionary(group => group.Key, group => prefersReal ? RealIfAny(group) : [.. group]);
        _byDeployment = targets.Where(target => target.IsDeployment).GroupBy(target => target.UpstreamName).ToFrozenDictionary(group => group.Key, group => group.ToArray());
        var served = _byModel.Values.Concat(_byDeployment.Values).Cast<IReadOnlyList<Target>>();
        _turns = routes.Any(route => route is { Strategy: Strategy.Weighted, Targets.Count: 0 })
            ? served.ToFrozenDictionary(group => group, group => new WeightedTurns([.. group.Select(target => target.OwnWeight)]))
            : FrozenDictionary<IReadOnlyList<Target>, WeightedTurns>.Empty;
    }

    /// <summary>True when models without a price may be used; they are not charged.</summary>
    public bool AllowsUnpriced { get; init; }

    /// <summary>The models, with their life cycles and substitutes.</summary>
    public Catalogue Catalogue { get; }

    /// <summary>Every target, in the order of the configuration.</summary>
    public IReadOnlyList<Target> Targets { get; }

    /// <summary>The routes, first match first.</summary>
    public IReadOnlyList<RoutePolicy> Routes { get; }

    /// <summary>The aliases a caller may use instead of a model: those that some route can match.</summary>
    public IEnumerable<string> AliasesOf(Caller caller) =>
        TierOf.Where(alias => alias.Value is { } tier ? Serves(tier, caller) : Serves(Tier.Draft, caller) || Serves(Tier.Final, caller)).Select(alias => alias.Key).Order();

    /// <summary>
    /// The models that a caller may ask for by name: those that a target serves, by itself, by its successor or by a route, at a
    /// known price if one is needed.
    /// </summary>
    public IEnumerable<Model> ModelsOf(Caller caller, DateOnly today)
    {
        return Targets.Select(target => target.Model).Distinct().Where(model => caller.MayUse(model.Name) && (IsUsable(ServedFor(model, today)) || IsRouted(model)));

        bool IsRouted(Model model) => Routes.Any(route => route.When.MayTake(model.Name, caller) && route.Targets.Concat(route.Fallback).Any(target => !Candidates.IsRetired(target, today) && IsUsable(target.Model)));

        bool IsUsable(Model? model) => model is not null && caller.MayUse(model.Name) && (AllowsUnpriced || model.PriceOn(today) is not null);
    }

    /// <summary>True when <paramref name="name"/> is an alias; <paramref name="tier"/> is null for <c>auto</c>.</summary>
    public static bool IsAlias(string name, out Tier? tier) => TierOf.TryGetValue(name, out tier);

    /// <summary>
    /// The targets with a name: <c>provider/name</c>, a model or a deployment; in Azure's paths a deployment takes precedence
    /// over a model. Empty when the name is unknown.
    /// </summary>
    public IReadOnlyList<Target> Named(string name, bool deploymentFirst)
    {
        if (_byName.TryGetValue(name, out var target))
            return [target];
        var (first, second) = deploymentFirst ? (_byDeployment, _byModel) : (_byModel, _byDeployment);
        return first.TryGetValue(name, out var found) || second.TryGetValue(name, out found) ? found : [];
    }

    /// <summary>
    /// The turns of the targets that <see cref="Named"/> returned, for weighted routes without their own targets; null: there
    /// is no such route.
    /// </summary>
    public WeightedTurns? TurnsOf(IReadOnlyList<Target> named) => _turns.GetValueOrDefault(named);

    /// <summary>The first route that matches the job; null when none does.</summary>
    public RoutePolicy? RouteFor(ImageJob job, Caller caller, Tier? tier, string? model, bool needsTargets = false)
    {
        foreach (var route in Routes)
        {
            if (route.When.Takes(job, caller, tier, model) && (!needsTargets || route.Targets.Count > 0))
                return route;
        }
        return null;
    }

    /// <summary>
    /// The first route that matches a job for a tier, which names no model. If that route lists no targets, as a route for a
    /// tenant's regions may, the targets come from the next matching route that does, and so do the
    /// fallbacks where it names none. Null when there are no targets.
    /// </summary>
    public RoutePolicy? RouteForTier(ImageJob job, Caller caller, Tier tier)
    {
        var (first, served) = (RouteFor(job, caller, tier, null), RouteFor(job, caller, tier, null, needsTargets: true));
        if (first is null || served is null || first == served)
            return served;
        var fallback = first.Fallback.Count > 0 ? first.FallbackOf(served.Targets) : served.Fallback;
        return first with { Targets = served.Targets, Fallback = fallback, Strategy = served.Strategy, Turns = served.Turns };
    }

    // Itself while a target of it lives, then the nearest successor with one.
    private Model? ServedFor(Model model, DateOnly today)
    {
        for (var next = model; ; next = Catalogue.Models[next.Successor])
        {
            if (Named(next.Name, deploymentFirst: false).Any(target => !Candidates.IsRetired(target, today)))
                return next;
            if (next.Successor is null)
                return null;
        }
    }

    private bool Serves(Tier tier, Caller caller) => Routes.Any(route => route.Targets.Count > 0 && route.When.MayTake(tier, caller));

    // A request for a model that a real target serves, or served until it retired, does not want simulated images.
    private static Target[] RealIfAny(IEnumerable<Target> servers)
    {
        Target[] all = [.. servers], real = [.. all.Where(target => !target.Simulated)];
        return real.Length > 0 ? real : all;
    }
}
