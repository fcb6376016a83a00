using System.Text.Json.Serialization;

namespace ImageGateway.Images;

/// <summary>How answers to a tenant's or a route's jobs are cached.</summary>
/// <param name="Ttl">How long each is kept; zero: not at all. At most <see cref="LongestTtl"/>.</param>
/// <param name="MaxBytes">What a tenant's cached answers may take, and so the largest of them; 1 to <see cref="MostBytes"/>.</param>
/// <param name="Scope">Whose answers are looked at.</param>
internal sealed record CacheRule(TimeSpan Ttl, long MaxBytes, CacheScope Scope)
{
    /// <summary>The longest that an answer may be kept.</summary>
    public static readonly TimeSpan LongestTtl = TimeSpan.FromDays(30);

    /// <summary>The most that a tenant's answers may take.</summary>
    public const long MostBytes = 1L << 40;

    /// <summary>What holds where nothing else is said.</summary>
    public static CacheRule Default { get; } = new(TimeSpan.FromHours(1), 256L << 20, CacheScope.Tenant);

    /// <summary>Whether answers are shared with the other tenants whose answers are.</summary>
    [JsonIgnore]
    public bool IsShared => Scope == CacheScope.Shared;
}

/// <summary>Whose answers are looked at.</summary>
[JsonConverter(typeof(LowerCase<CacheScope>))]
internal enum CacheScope
{
    /// <summary>The tenant's own.</summary>
    Tenant,

    /// <summary>Those of all tenants that have this scope, and theirs are shared with them.</summary>
    Shared,
}

/// <summary>What happens to a job whose client leaves while a provider draws.</summary>
[JsonConverter(typeof(LowerCase<DisconnectAction>))]
internal enum DisconnectAction
{
    /// <summary>It is finished, where its answer can be kept.</summary>
    Finish,

    /// <summary>The provider's call is cancelled.</summary>
    Cancel,
}
