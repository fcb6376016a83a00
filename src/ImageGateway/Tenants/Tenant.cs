using System.Text.Json.Serialization;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>Where a tenant, project or key was created, and so where it is changed.</summary>
[JsonConverter(typeof(LowerCase<Source>))]
internal enum Source { Configuration, ControlPlane }

/// <summary>
/// A tenant: who pays, and what it may use; in the format of the control plane's responses, of the database's row and of the
/// audit log.
/// </summary>
internal sealed record Tenant
{
    public required string Id { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>Names or globs of the models that may serve it.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["*"];

    /// <summary>The tier of a request that does not set one.</summary>
    [JsonConverter(typeof(LowerCase<Tier>))]
    public Tier DefaultTier { get; init; } = Tier.Final;

    /// <summary>True: responses do not name the target that served them.</summary>
    public bool HideTarget { get; init; }

    /// <summary>Tags that every job must have.</summary>
    public IReadOnlyList<string> RequiredTags { get; init; } = [];

    /// <summary>What the tenant is billed, as a multiple of what its images cost.</summary>
    public decimal Markup { get; init; } = 1;

    /// <summary>The emergency budget while the quota store is unreachable; only from the configuration.</summary>
    [JsonIgnore]
    public NanoUsd Emergency { get; init; }

    /// <summary>How responses to its jobs are cached; null: not cached, unless a route has a <c>Cache</c>.</summary>
    public CacheRule? Cache { get; init; }

    /// <summary>What happens to its jobs when their clients disconnect.</summary>
    public DisconnectAction OnDisconnect { get; init; }

    /// <summary>True: its keys are refused.</summary>
    public bool Disabled { get; init; }

    /// <summary>Unix seconds; null if it comes from the configuration.</summary>
    public long? CreatedAt { get; init; }

    public Source Source { get; init; } = Source.ControlPlane;

    /// <summary>The number of the last change to it; 0 if it comes from the configuration.</summary>
    [JsonIgnore]
    public long Version { get; init; }

    /// <summary>The caller with a key of this tenant.</summary>
    public Caller Caller(string project, string keyId) => new(Id, project, keyId, Models, DefaultTier)
    {
        Owner = CreatedAt is { } at ? $"{Id}@{at}" : Id,
        HideTarget = HideTarget,
        Markup = Markup,
        Emergency = Emergency,
        RequiredTags = RequiredTags,
        Cache = Cache,
        OnDisconnect = OnDisconnect,
    };
}

/// <summary>A project of a tenant: a group of keys.</summary>
internal sealed record Project
{
    public required string Id { get; init; }
    public required string Tenant { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>True: its keys are refused.</summary>
    public bool Disabled { get; init; }

    /// <summary>Unix seconds; null if it comes from the configuration.</summary>
    public long? CreatedAt { get; init; }

    public Source Source { get; init; } = Source.ControlPlane;

    [JsonIgnore]
    public long Version { get; init; }
}

/// <summary>A key of a project; never its secret.</summary>
internal sealed record TenantKey
{
    public required string Id { get; init; }
    public required string Tenant { get; init; }
    public required string Project { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>The beginning of its secret, for people to recognise it; null for a key of the configuration.</summary>
    public string? Prefix { get; init; }

    /// <summary>The Unix second from which it is refused; null: never.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>True: it is refused.</summary>
    public bool Disabled { get; init; }

    /// <summary>Unix seconds; null if it comes from the configuration.</summary>
    public long? CreatedAt { get; init; }

    /// <summary>When it got its present secret, in Unix seconds; null: it still has the first.</summary>
    public long? RotatedAt { get; init; }

    public Source Source { get; init; } = Source.ControlPlane;

    [JsonIgnore]
    public long Version { get; init; }
}
