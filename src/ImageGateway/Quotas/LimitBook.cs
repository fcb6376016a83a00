using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>
/// Every scope's limits. Immutable; if configuration and control plane both limit a scope, the stricter limit applies. An end
/// user's limits replace those for each user kind by kind: a kind that the user lacks comes from those for each user.
/// </summary>
internal sealed class LimitBook
{
    private static readonly IReadOnlyList<ScopeLimits> None = [];

    // Merged when the book is created, since each job reads its scopes several times.
    private readonly Dictionary<string, ScopeLimits> _byScope;

    /// <summary>Builds the book from limits.</summary>
    /// <param name="limits">Each scope's limits, from configuration and control plane.</param>
    /// <param name="before">The previous book, which shows what is new; null: the first one.</param>
    public LimitBook(IEnumerable<ScopeLimits> limits, LimitBook? before = null)
    {
        var written = limits.GroupBy(scope => scope.Scope).ToDictionary(scope => scope.Key, scope => Merged(scope.Key, [.. scope]));
        var all = written.Select(scope => EachUsers(scope.Key) is { } each && written.TryGetValue(each, out var others) ? scope.Value.Over(others) : scope.Value);
        _byScope = all.ToDictionary(scope => scope.Scope, scope => before is null ? scope : scope with { Limits = [.. scope.Limits.Select(limit => limit.After(before.Find(scope.Scope, limit.Kind)))] });
    }

    public static LimitBook Empty { get; } = new([]);

    /// <summary>The scopes of a job that have limits, widest first.</summary>
    public IReadOnlyList<ScopeLimits> For(Caller caller, string? user)
    {
        // Called several times per job; a gateway without limits should not pay for it.
        if (_byScope.Count == 0)
            return None;
        var found = new List<ScopeLimits>(4);
        Add(found, $"tenant:{caller.Tenant}");
        Add(found, $"project:{caller.Tenant}/{caller.Project}");
        Add(found, $"key:{caller.KeyId}");
        if (user is not null && !Add(found, $"user:{caller.Tenant}/{user}"))
            Add(found, $"user:{caller.Tenant}/*", $"user:{caller.Tenant}/{user}");
        return found;
    }

    /// <summary>The limits of every scope that has some; <c>user:acme/*</c> stands for each user.</summary>
    public IReadOnlyCollection<ScopeLimits> All => _byScope.Values;

    private bool Add(List<ScopeLimits> found, string scope, string? counted = null)
    {
        if (!_byScope.TryGetValue(scope, out var limits))
            return false;
        found.Add(counted is null ? limits : limits with { Scope = counted });
        return true;
    }

    private Limit? Find(string scope, LimitKind kind) =>
        (_byScope.GetValueOrDefault(scope) ?? _byScope.GetValueOrDefault(EachUsers(scope) ?? scope))?.Limits.FirstOrDefault(limit => limit.Kind == kind);

    // A tenant's id contains no slash; a user's may.
    private static string? EachUsers(string scope) => scope.StartsWith("user:", StringComparison.Ordinal) ? string.Concat(scope.AsSpan(0, scope.IndexOf('/', StringComparison.Ordinal)), "/*") : null;

    private static ScopeLimits Merged(string scope, List<ScopeLimits> all)
    {
        var limits = all.SelectMany(one => one.Limits).GroupBy(limit => limit.Kind).Select(same => same.Aggregate((a, b) => a.With(b)));
        return new ScopeLimits(scope, ScopeLimits.InOrder(limits), [.. all.SelectMany(one => one.Qualities).Distinct()]);
    }
}
