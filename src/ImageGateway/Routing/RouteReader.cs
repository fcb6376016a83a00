using System.Globalization;
using System.IO.Enumeration;
using ImageGateway.Caching;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>Builds the routes from their options; reports mistakes and conditions that match nothing under their key paths.</summary>
/// <param name="options">The routes.</param>
/// <param name="targets">The targets without mistakes.</param>
/// <param name="catalogue">The models; null: it has mistakes, and nothing is checked against it.</param>
/// <param name="mistakes">Where mistakes are reported.</param>
internal sealed class RouteReader(List<RoutePolicyOptions> options, List<Target> targets, Catalogue? catalogue, Mistakes mistakes)
{
    /// <summary>Whether a mistake that was reported already is why there is no target of a name.</summary>
    public Predicate<string> IsExplained { get; init; } = _ => false;

    public List<RoutePolicy> Build()
    {
        var routes = new List<RoutePolicy>();
        for (var i = 0; i < options.Count; i++)
        {
            var (route, here) = (options[i], mistakes.At($"{i}"));
            Check(route, i, here);
            var found = Find(route.Targets, here.At(nameof(route.Targets)));
            routes.Add(Route(route, found, Find(route.Fallback, here.At(nameof(route.Fallback))), here));
        }
        for (var i = 0; i < routes.Count; i++)
        {
            if (Enumerable.Range(0, i).FirstOrDefault(earlier => Shadows(routes, earlier, i), -1) is >= 0 and var shadow)
                mistakes.At($"{i}").Add(nameof(RoutePolicyOptions.When), $"it is never reached: the earlier route '{routes[shadow].Name}' matches all of its jobs");
        }
        return Bounded(routes);
    }

    // A job for a tier that a route without targets takes goes to those of a later route. A condition with a mistake was left
    // out when it was read, so that its route seems to match more than it will.
    private bool Shadows(List<RoutePolicy> routes, int earlier, int later) =>
        routes[earlier].When.Covers(routes[later].When)
        && (options[earlier].Targets.Count > 0 || options[later].Targets.Count == 0 || options[later].When.Model is not null)
        && !mistakes.At($"{earlier}").At(nameof(RoutePolicyOptions.When)).AnyHere;

    // All of a tenant's jobs share one partition, whichever route they take, and a partition has one size limit.
    private static List<RoutePolicy> Bounded(List<RoutePolicy> routes)
    {
        var most = routes.Max(route => route.Cache is { Ttl.Ticks: > 0 } cache ? cache.MaxBytes : (long?)null);
        return routes.ConvertAll(route => route.Cache is { Ttl.Ticks: > 0 } cache ? route with { Cache = cache with { MaxBytes = most!.Value } } : route);
    }

    private void Check(RoutePolicyOptions route, int index, Mistakes here)
    {
        here.Unless(route.Name.Length > 0, nameof(route.Name), "is needed");
        here.Unless(options.FindIndex(other => other.Name == route.Name) == index, nameof(route.Name), $"'{route.Name}' is taken");
        here.Unless(route.When.Tier is null || route.Targets.Count > 0, nameof(route.Targets), "a route for a tier needs targets");
        here.Unless(route.When.Tier is null || route.When.Model is null, "When:Model", "it never matches: a job for a tier names no model");
        here.Within(route.MaxAttempts, 1, 10, nameof(route.MaxAttempts));
        here.Within(route.MaxWait, TimeSpan.Zero, TimeSpan.FromMinutes(10), nameof(route.MaxWait));
        here.Within(route.Ceilings.MaxN, 1, 10, "Ceilings:MaxN");
        foreach (var (name, value) in route.Defaults)
        {
            here.Unless(DefaultParameters.FillIns.Contains(name), $"Defaults:{name}", $"there is no such parameter; the parameters are {string.Join(", ", DefaultParameters.FillIns)}");
            here.Unless(name != "output_compression" || (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 100), $"Defaults:{name}", "must be 0 to 100");
            here.Unless(catalogue is null || IsKnown(name, value, catalogue), $"Defaults:{name}", $"'{value}' is not known to any model of the catalogue");
        }
        CheckModel(route.When.Model, here);
    }

    // A job is matched by its model of the catalogue, whatever name it came by. A glob may be for a model to come; a name is a slip.
    private void CheckModel(string? glob, Mistakes here)
    {
        if (glob is null || catalogue is null || catalogue.Models.Keys.Any(name => FileSystemName.MatchesSimpleExpression(glob, name)))
            return;
        var message = $"'{glob}' matches no model of the catalogue (a deployment counts as its model; aliases are tiers)";
        if (glob.AsSpan().ContainsAny('*', '?'))
            here.Warn("When:Model", message);
        else
            here.Add("When:Model", message);
    }

    // As far as the catalogue lists the values.
    private static bool IsKnown(string parameter, string value, Catalogue catalogue) => parameter switch
    {
        "quality" => value == "auto" || Ceiling.Others(value, catalogue.Models.Values) is null,
        "size" => value == "auto" || catalogue.Models.Values.Any(model => ImageSize.TryParse(Translation.Size(value, model), out var size) && model.Sizes.Allows(size)),
        "background" => catalogue.Models.Values.Any(model => model.Backgrounds.Contains(value)),
        "output_format" => value == "png" || catalogue.Models.Values.Any(model => model.Formats.Contains(value)),
        _ => true,
    };

    private List<(Target Target, int Weight)> Find(List<RouteTargetOptions> entries, Mistakes here)
    {
        var found = new List<(Target, int)>();
        for (var j = 0; j < entries.Count; j++)
        {
            var (entry, at) = (entries[j], here.At($"{j}"));
            at.Within(entry.Weight, 1, 1000, nameof(entry.Weight));
            if (entries.FindIndex(other => other.Target == entry.Target) < j)
                at.AddHere($"'{entry.Target}' is listed twice");
            if (targets.Find(target => target.Name == entry.Target) is { } target)
                found.Add((target, entry.Weight is { } weight ? Math.Clamp(weight, 1, 1000) : target.OwnWeight));
            else if (!IsExplained(entry.Target))
                at.AddHere($"there is no target '{entry.Target}'; the targets are {(targets.Count == 0 ? "none" : string.Join(", ", targets.Select(other => other.Name)))}");
        }
        return found;
    }

    private RoutePolicy Route(RoutePolicyOptions route, List<(Target Target, int Weight)> found, List<(Target Target, int Weight)> fallback, Mistakes here)
    {
        var served = route.Targets.Count == 0 ? targets : [.. found.Concat(fallback).Select(entry => entry.Target)];
        for (var i = 0; i < route.Regions.Count; i++)
        {
            if (!served.Exists(target => string.Equals(target.Region, route.Regions[i], StringComparison.OrdinalIgnoreCase)))
                here.At(nameof(route.Regions)).Warn($"{i}", $"none of the route's targets is in '{route.Regions[i]}'");
        }
        // A target that is missing might know the word.
        var isWhole = found.Count == route.Targets.Count && fallback.Count == route.Fallback.Count;
        if (isWhole && route.Ceilings.MaxQuality is { } most && Ceiling.Others(most, served.Select(target => target.Model)) is { } words)
            here.Add("Ceilings:MaxQuality", $"'{most}' is not a quality of these targets; the qualities are {words}");
        return new RoutePolicy
        {
            Name = route.Name,
            When = Condition(route.When),
            Targets = [.. found.Select(entry => entry.Target)],
            Fallback = [.. fallback.Select(entry => entry.Target).Where(target => !found.Exists(entry => entry.Target == target))],
            Strategy = route.Strategy,
            Turns = route.Strategy == Strategy.Weighted && found.Count > 0 ? new WeightedTurns([.. found.Select(entry => entry.Weight)]) : null,
            Defaults = [.. route.Defaults.OrderBy(entry => Array.IndexOf(DefaultParameters.FillIns, entry.Key))],
            MaxQuality = route.Ceilings.MaxQuality,
            MaxN = route.Ceilings.MaxN,
            OnCeiling = route.OnCeiling,
            MaxAttempts = route.MaxAttempts,
            MaxWait = route.MaxWait,
            OnRefusal = route.OnRefusal,
            OnTimeout = route.OnTimeout,
            Partial = route.Partial,
            Regions = route.Regions,
            Substitute = route.Substitute,
            Cache = CacheOptions.Read(route.Cache, here.At(nameof(route.Cache))),
        };
    }

    private static RouteCondition Condition(WhenOptions when) => new()
    {
        Tier = when.Tier,
        Model = when.Model,
        Tenant = when.Tenant,
        Project = when.Project,
        Operation = when.Operation,
        Quality = when.Quality,
        Size = when.Size,
        Tags = [.. when.Tags],
    };
}
