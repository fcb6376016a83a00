using System.IO.Enumeration;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>A validated policy rule. <see cref="Targets"/> empty: every target that serves the requested model.</summary>
internal sealed record RoutePolicy
{
    /// <summary>The policy for a job that no route matches.</summary>
    public static readonly RoutePolicy None = new() { Name = "", When = new RouteCondition(), Targets = [], Fallback = [] };

    public required string Name { get; init; }
    public required RouteCondition When { get; init; }
    public required IReadOnlyList<Target> Targets { get; init; }
    public required IReadOnlyList<Target> Fallback { get; init; }
    public Strategy Strategy { get; init; }

    /// <summary>Under <c>Weighted</c>: the order of the targets, by <see cref="WeightedTurns"/>.</summary>
    public WeightedTurns? Turns { get; init; }

    /// <summary>Parameters for requests that lack them, in the order of <see cref="DefaultParameters.FillIns"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Defaults { get; init; } = [];
    public string? MaxQuality { get; init; }
    public int? MaxN { get; init; }
    public CeilingAction OnCeiling { get; init; }
    public int MaxAttempts { get; init; } = 3;
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(30);
    public FailureAction OnRefusal { get; init; }
    public FailureAction OnTimeout { get; init; }
    public PartialAction Partial { get; init; }
    public IReadOnlyList<string> Regions { get; init; } = [];
    public SubstituteAction Substitute { get; init; }

    /// <summary>How responses are cached; null: as the tenant's <c>Cache</c> says.</summary>
    public CacheRule? Cache { get; init; }

    /// <summary>The fallbacks that are not among these targets.</summary>
    public IReadOnlyList<Target> FallbackOf(IReadOnlyList<Target> targets) =>
        Fallback.Any(targets.Contains) ? [.. Fallback.Where(target => !targets.Contains(target))] : Fallback;
}

/// <summary>Which jobs a route matches; null matches everything.</summary>
internal sealed record RouteCondition
{
    public Tier? Tier { get; init; }
    public string? Model { get; init; }
    public string? Tenant { get; init; }
    public string? Project { get; init; }
    public Operation? Operation { get; init; }
    public string? Quality { get; init; }
    public string? Size { get; init; }
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>True when the job matches; <paramref name="model"/> is the requested model of the catalogue, null for a tier.</summary>
    public bool Takes(ImageJob job, Caller caller, Tier? tier, string? model) =>
        (Tier is null || Tier == tier)
        && (Operation is null || Operation == job.Operation)
        && (Quality is null || Quality == job.Parameters.Quality)
        && (Size is null || Size == job.Parameters.Size)
        && Matches(Model, model) && Matches(Tenant, caller.Tenant) && Matches(Project, caller.Project)
        && TagsMatch(job);

    /// <summary>True when it matches some jobs of the tier and the caller.</summary>
    public bool MayTake(Tier tier, Caller caller) =>
        (Tier is null || Tier == tier) && Model is null && Matches(Tenant, caller.Tenant) && Matches(Project, caller.Project);

    /// <summary>True when it matches some jobs that name the model, of the caller.</summary>
    public bool MayTake(string model, Caller caller) => Tier is null && Matches(Model, model) && Matches(Tenant, caller.Tenant) && Matches(Project, caller.Project);

    /// <summary>True when it matches every job that <paramref name="other"/> matches, as far as the text of the conditions shows.</summary>
    public bool Covers(RouteCondition other) =>
        (Tier is null || Tier == other.Tier)
        && (Operation is null || Operation == other.Operation)
        && (Quality is null || Quality == other.Quality)
        && (Size is null || Size == other.Size)
        // Every job has a tenant and a project; not every one names a model or has a tag.
        && CoversGlob(Model, other.Model) && CoversGlob(Tenant, other.Tenant ?? "*") && CoversGlob(Project, other.Project ?? "*")
        && Tags.All(tag => other.Tags.Any(theirs => theirs.Key == tag.Key && CoversGlob(tag.Value, theirs.Value)))
        // A job for a tier names no model, so a route with a model condition does not match it.
        && (Model is null || other.Tier is null);

    // A glob that matches another one's text, whose wildcards only a wildcard can match, matches all that the other one does. But
    // '?' would match a '*', and an escaped wildcard is none: with these it does not show.
    private static bool CoversGlob(string? glob, string? other) =>
        glob is null || glob == other || (other is not null && !(glob.Contains('?') && other.Contains('*')) && !glob.Contains('\\') && !other.Contains('\\') && Matches(glob, other));

    private bool TagsMatch(ImageJob job)
    {
        foreach (var (name, glob) in Tags)
        {
            if (!job.Tags.TryGetValue(name, out var value) || !Matches(glob, value))
                return false;
        }
        return true;
    }

    private static bool Matches(string? glob, string? text) => glob is null || (text is not null && FileSystemName.MatchesSimpleExpression(glob, text));
}
