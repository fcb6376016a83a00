using System.Text.Json.Serialization;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>Where a tenant, project or key was made, and so where it is changed.</summary>
[JsonConverter(typeof(LowerCase<Source>))]
internal enum Source { Configuration, ControlPlane }

/// <summary>Who pays, and what it may use. This is the control plane's answer, the database's row and the audit log's word alike.</summary>
internal sealed record Tenant
{
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Names or globs of the models it may be served by.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["*"];

    /// <summary>The tier of a request that says nothing of it.</summary>
    [JsonConverter(typeof(LowerCase<Tier>))]
    public Tier DefaultTier { get; init; } = Tier.Final;

    /// <summary>True: answers do not say which target gave them.</summary>
    public bool HideTarget { get; init; }

    /// <summary>Tags that every job must have.</summary>
    public IReadOnlyList<string> RequiredTags { get; init; } = [];

    /// <summary>What it is billed, as a multiple of what its pictures cost.</summary>
    public decimal Markup { get; init; } = 1;

    /// <summary>What may run while the store of quotas cannot be reached; of the configuration alone.</summary>
    [JsonIgnore]
    public NanoUsd Emergency { get; init; }

    /// <summary>How its answers are cached; null: not, unless a route says so.</summary>
    public CacheRule? Cache { get; init; }

    /// <summary>What happens to its jobs when their clients leave.</summary>
    public DisconnectAction OnDisconnect { get; init; }

    /// <summary>True: its keys are refused.</summary>
    public bool Disabled { get; init; }

    /// <summary>Unix seconds; null for what the configuration made.</summary>
    public long? CreatedAt { get; init; }

    public Source Source { get; init; } = Source.ControlPlane;

    /// <summary>The number of the change that made it as it is; 0 for what the configuration made.</summary>
    [JsonIgnore]
    public long Version { get; init; }

    /// <summary>Who calls with a key of this tenant.</summary>
    public Caller Caller(string project, string keyId) => new(Id, project, keyId, Models, DefaultTier) { HideTarget = HideTarget, Markup = Markup, Emergency = Emergency, RequiredTags = RequiredTags, Cache = Cache, OnDisconnect = OnDisconnect };
}

/// <summary>A project of a tenant: what its keys are grouped by.</summary>
internal sealed record Project
{
    public required string Id { get; init; }
    public required string Tenant { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>True: its keys are refused.</summary>
    public bool Disabled { get; init; }

    /// <summary>Unix seconds; null for what the configuration made.</summary>
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

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>How its secret begins, for people to recognise it; null for a key of the configuration.</summary>
    public string? Prefix { get; init; }

    /// <summary>The Unix second from which it is refused; null: never.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>True: it is refused.</summary>
    public bool Disabled { get; init; }

    /// <summary>Unix seconds; null for what the configuration made.</summary>
    public long? CreatedAt { get; init; }

    /// <summary>When it got the secret it has, in Unix seconds; null: it has its first.</summary>
    public long? RotatedAt { get; init; }

    public Source Source { get; init; } = Source.ControlPlane;

    [JsonIgnore]
    public long Version { get; init; }
}
