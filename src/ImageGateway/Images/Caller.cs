using System.IO.Enumeration;

namespace ImageGateway.Images;

/// <summary>Who pays: the tenant, project and key a request was authenticated for, and what that tenant may use.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Project">The project's id within the tenant.</param>
/// <param name="KeyId">The key's id; never the key.</param>
/// <param name="Models">Names or globs of the models the tenant may be served by.</param>
/// <param name="DefaultTier">The tier of a request that says nothing of it.</param>
internal sealed record Caller(string Tenant, string Project, string KeyId, IReadOnlyList<string> Models, Tier DefaultTier)
{
    /// <summary>True when answers must not say which target gave them.</summary>
    public bool HideTarget { get; init; }

    /// <summary>What the tenant is billed, as a multiple of what its pictures cost.</summary>
    public decimal Markup { get; init; } = 1;

    /// <summary>What its jobs may cost while the store of quotas cannot be reached; zero: they are refused then.</summary>
    public NanoUsd Emergency { get; init; }

    /// <summary>How its answers are cached; null: not, unless a route says so.</summary>
    public CacheRule? Cache { get; init; }

    /// <summary>What happens to its jobs when their clients leave.</summary>
    public DisconnectAction OnDisconnect { get; init; }

    /// <summary>Tags that every job must have.</summary>
    public IReadOnlyList<string> RequiredTags { get; init; } = [];

    /// <summary>True when the tenant may be served by <paramref name="model"/>.</summary>
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
