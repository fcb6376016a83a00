using System.ComponentModel.DataAnnotations;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Quotas;

namespace ImageGateway.Tenants;

/// <summary>A tenant (<c>Gateway:Tenants:ID</c>): who pays, by which keys it is known, and what it may use.</summary>
internal sealed class TenantOptions
{
    /// <summary>Its keys.</summary>
    public List<KeyOptions> Keys { get; set; } = [];

    /// <summary>Names or globs of the models it may be served by; absent: all.</summary>
    [MinLength(1)]
    public List<string> Models { get; set; } = [];

    /// <summary>True: answers do not say which target gave them.</summary>
    public bool HideTarget { get; set; }

    /// <summary>What it may use.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>Its projects by id; a project that a key names need not stand here.</summary>
    public Dictionary<string, ProjectOptions> Projects { get; set; } = [];

    /// <summary>Limits of its end users by id; <c>*</c>: of each, where the user's own entry does not name the kind.</summary>
    public Dictionary<string, UserOptions> Users { get; set; } = [];

    /// <summary>What happens to its jobs while the store of quotas cannot be reached.</summary>
    public StoreFailureAction OnStoreFailure { get; set; } = StoreFailureAction.Refuse;

    /// <summary>USD that its jobs may cost on each replica while the store cannot be reached and they are allowed; at most nine decimals.</summary>
    public decimal EmergencyUsd { get; set; }

    /// <summary>How answers to its jobs are cached; absent: not, unless a route says so.</summary>
    public CacheOptions? Cache { get; set; }

    /// <summary>What happens to a job whose client leaves while a provider draws: <c>finish</c> where the answer can be kept, or <c>cancel</c>.</summary>
    public DisconnectAction OnDisconnect { get; set; }

    /// <summary>Tags that every job must have.</summary>
    public List<string> RequiredTags { get; set; } = [];

    /// <summary>What the tenant is billed, as a multiple of what its pictures cost: 1.2 adds 20 %. 0 to 100.</summary>
    public decimal Markup { get; set; } = 1;

    /// <summary>The tier of a request that says nothing of it.</summary>
    public Tier DefaultTier { get; set; } = Tier.Final;
}

/// <summary>What happens to jobs while the store of quotas cannot be reached.</summary>
internal enum StoreFailureAction
{
    /// <summary>They get a 503.</summary>
    Refuse,

    /// <summary>They run up to <see cref="TenantOptions.EmergencyUsd"/>.</summary>
    Allow,
}

/// <summary>A key of a tenant's.</summary>
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

/// <summary>A project of a tenant's.</summary>
internal sealed class ProjectOptions
{
    /// <summary>What it may use.</summary>
    public LimitOptions Limits { get; set; } = new();
}

/// <summary>An end user of a tenant's.</summary>
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

    /// <summary><c>admin</c>, or <c>read</c>: looks only.</summary>
    public AdminScope Scope { get; set; } = AdminScope.Admin;
}
