using System.IO.Enumeration;

namespace ImageGateway.Images;

/// <summary>The authenticated tenant, project and key of a request, and what that tenant may use.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Project">The project's id within the tenant.</param>
/// <param name="KeyId">The key's id; never the key.</param>
/// <param name="Models">Names or globs of the models that may serve the tenant.</param>
/// <param name="DefaultTier">The tier of a request that does not set one.</param>
internal sealed record Caller(string Tenant, string Project, string KeyId, IReadOnlyList<string> Models, Tier DefaultTier)
{
    /// <summary>
    /// Whose stored responses, keys, jobs and files it may have: the tenant's, by its id; with the time of its creation if the
    /// control plane created it, so that a tenant with a deleted one's id has nothing of that one.
    /// </summary>
    public string Owner { get; init; } = Tenant;

    /// <summary>True when responses must not name the target that served them.</summary>
    public bool HideTarget { get; init; }

    /// <summary>What the tenant is billed, as a multiple of what its images cost.</summary>
    public decimal Markup { get; init; } = 1;

    /// <summary>What its jobs may cost while the quota store is unreachable; zero: they are refused then.</summary>
    public NanoUsd Emergency { get; init; }

    /// <summary>How responses to its jobs are cached; null: not cached, unless a route has a <c>Cache</c>.</summary>
    public CacheRule? Cache { get; init; }

    /// <summary>What happens to its jobs when their clients disconnect.</summary>
    public DisconnectAction OnDisconnect { get; init; }

    /// <summary>Tags that every job must have.</summary>
    public IReadOnlyList<string> RequiredTags { get; init; } = [];

    /// <summary>True when <paramref name="model"/> may serve the tenant.</summary>
    public bool MayUse(string model)
    {
        foreach (var glob in Models)
        {
            if (FileSystemName.MatchesSimpleExpression(glob, model))
                return true;
        }
        return false;
    }
}
