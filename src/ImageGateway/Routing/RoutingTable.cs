using System.Collections.Frozen;
using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>All targets and routes, by every name a request may use. Immutable.</summary>
internal sealed class RoutingTable
{
    /// <summary>The aliases, and the tier each stands for; <c>auto</c> reads it from the request.</summary>
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

    /// <summary>Puts them together.</summary>
    /// <param name="catalogue">The models.</param>
    /// <param name="targets">Every target, in the order of the configuration.</param>
    /// <param name="routes">The routes, first match first.</param>
    /// <param name="prefersReal">Whether simulated targets go by their model's name only where nothing real does.</param>
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

    /// <summary>True when models without a price may be used; they are charged nothing.</summary>
    public bool AllowsUnpriced { get; init; }

    /// <summary>The models, with their life-cycles and successors.</summary>
    public Catalogue Catalogue { get; }

    /// <summary>Every target, in the order of the configuration.</summary>
    public IReadOnlyList<Target> Targets { get; }

    /// <summary>The routes, first match first.</summary>
    public IReadOnlyList<RoutePolicy> Routes { get; }

    /// <summary>The aliases that a caller may use instead of a model: those with a route that could take them.</summary>
    public IEnumerable<string> AliasesOf(Caller caller) =>
        TierOf.Where(alias => alias.Value is { } tier ? Serves(tier, caller) : Serves(Tier.Draft, caller) || Serves(Tier.Final, caller)).Select(alias => alias.Key).Order();

    /// <summary>The models that a caller may ask for by name: those that something serves, or the successor of which something serves, at a known price where one is needed.</summary>
    public IEnumerable<Model> ModelsOf(Caller caller, DateOnly today) =>
        Targets.Select(target => target.Model).Distinct().Where(model => caller.MayUse(model.Name) && ServedFor(model, today) is { } served && caller.MayUse(served.Name) && (AllowsUnpriced || served.PriceOn(today) is not null));

    /// <summary>True when <paramref name="name"/> is an alias; <paramref name="tier"/> is null for <c>auto</c>.</summary>
    public static bool IsAlias(string name, out Tier? tier) => TierOf.TryGetValue(name, out tier);

    /// <summary>
    /// The targets that go by a name: <c>provider/name</c>, a model or a deployment; in Azure's paths the deployment comes
    /// before the model. Empty when nothing goes by it.
    /// </summary>
    public IReadOnlyList<Target> Named(string name, bool deploymentFirst)
    {
        if (_byName.TryGetValue(name, out var target))
            return [target];
        var (first, second) = deploymentFirst ? (_byDeployment, _byModel) : (_byModel, _byDeployment);
        return first.TryGetValue(name, out var found) || second.TryGetValue(name, out found) ? found : [];
    }

    /// <summary>The turns of targets that <see cref="Named"/> gave, for weighted routes that name none; null: there is no such route.</summary>
    public WeightedTurns? TurnsOf(IReadOnlyList<Target> named) => _turns.GetValueOrDefault(named);

    /// <summary>The first route that takes the job; null when none does.</summary>
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
    /// The first route that takes a job of a tier, which names no model: where that route names no targets, as one for a tenant's
    /// regions may, they are those of the next one that does, and so are the fallbacks where it names none. Null when none has any.
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

    // Who asks for a model that something real serves, or served until it was retired, does not mean a drawing of ours.
    private static Target[] RealIfAny(IEnumerable<Target> servers)
    {
        Target[] all = [.. servers], real = [.. all.Where(target => !target.Simulated)];
        return real.Length > 0 ? real : all;
    }
}
