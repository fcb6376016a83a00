using System.ComponentModel.DataAnnotations;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Quotas;

namespace ImageGateway.Tenants;

/// <summary>A tenant (<c>Gateway:Tenants:ID</c>): who pays, its API keys, and what it may use.</summary>
internal sealed class TenantOptions
{
    /// <summary>Its API keys.</summary>
    public List<KeyOptions> Keys { get; set; } = [];

    /// <summary>Names or globs of the models that may serve it; absent: all.</summary>
    [MinLength(1)]
    public List<string> Models { get; set; } = [];

    /// <summary>True: responses do not name the target that served them.</summary>
    public bool HideTarget { get; set; }

    /// <summary>What it may use.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>Its projects by id; a project that a key names does not need an entry here.</summary>
    public Dictionary<string, ProjectOptions> Projects { get; set; } = [];

    /// <summary>Limits of its end users by id; <c>*</c>: of every user, for each kind of limit that the user's own entry does not set.</summary>
    public Dictionary<string, UserOptions> Users { get; set; } = [];

    /// <summary>What happens to its jobs while the quota store is unreachable.</summary>
    public StoreFailureAction OnStoreFailure { get; set; } = StoreFailureAction.Refuse;

    /// <summary>USD that its jobs may cost on each replica while the quota store is unreachable and <c>OnStoreFailure</c> is <c>allow</c>; at most nine decimals.</summary>
    public decimal EmergencyUsd { get; set; }

    /// <summary>How responses to its jobs are cached; absent: not cached, unless a route has a <c>Cache</c>.</summary>
    public CacheOptions? Cache { get; set; }

    /// <summary>What happens to a job whose client disconnects during generation: <c>finish</c> if the response can be kept, or <c>cancel</c>.</summary>
    public DisconnectAction OnDisconnect { get; set; }

    /// <summary>Tags that every job must have.</summary>
    public List<string> RequiredTags { get; set; } = [];

    /// <summary>What the tenant is billed, as a multiple of what its images cost: 1.2 adds 20 %. 0 to 100.</summary>
    public decimal Markup { get; set; } = 1;

    /// <summary>The tier of a request that does not set one.</summary>
    public Tier DefaultTier { get; set; } = Tier.Final;
}

/// <summary>What happens to jobs while the quota store is unreachable.</summary>
internal enum StoreFailureAction
{
    /// <summary>They get a 503.</summary>
    Refuse,

    /// <summary>They run up to <see cref="TenantOptions.EmergencyUsd"/>.</summary>
    Allow,
}

/// <summary>An API key of a tenant.</summary>
internal sealed class KeyOptions
{
    /// <summary>Its name within the tenant.</summary>
    public string Name { get; set; } = "";

    /// <summary>The key, as <c>env:NAME</c>, <c>file:PATH</c> or <c>vault:NAME</c>.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The project it belongs to.</summary>
    public string Project { get; set; } = "default";

    /// <summary>What it may use.</summary>
    public LimitOptions Limits { get; set; } = new();
}

/// <summary>A project of a tenant.</summary>
internal sealed class ProjectOptions
{
    /// <summary>What it may use.</summary>
    public LimitOptions Limits { get; set; } = new();
}

/// <summary>An end user of a tenant.</summary>
internal sealed class UserOptions
{
    /// <summary>What they may use.</summary>
    public LimitOptions Limits { get; set; } = new();
}

/// <summary>What an admin key may do.</summary>
internal enum AdminScope { Read, Admin }

/// <summary>A key of the control plane (<c>Gateway:AdminKeys:N</c>).</summary>
internal sealed class AdminKeyOptions
{
    /// <summary>The key, as <c>env:NAME</c>, <c>file:PATH</c> or <c>vault:NAME</c>.</summary>
    public string Secret { get; set; } = "";

    /// <summary><c>admin</c>, or <c>read</c> for read-only access.</summary>
    public AdminScope Scope { get; set; } = AdminScope.Admin;
}
