using System.Collections.Immutable;

namespace ImageGateway.Tenants;

/// <summary>A tenant with its projects and keys; without the tenant itself when it comes from the configuration.</summary>
internal sealed record TenantContents(Tenant? Tenant, IReadOnlyList<Project> Projects, IReadOnlyList<TenantKey> Keys)
{
    public static TenantContents Empty { get; } = new(null, [], []);
}

/// <summary>The SHA-256 of a key's secret, valid until a Unix second (null: as long as the key).</summary>
internal sealed record KeySecret(string KeyId, byte[] Hash, long? ValidUntil);

/// <summary>A tenant from the database; only its id when it was deleted.</summary>
internal sealed record TenantRecord(string Id, TenantContents Contents, IReadOnlyList<KeySecret> Secrets);

/// <summary>An enabled key of an enabled project, by one of its secrets.</summary>
internal sealed record IssuedKey(TenantContents Contents, TenantKey Key, long? ValidUntil);

/// <summary>The tenants, projects and keys that the control plane created, as of a change. Immutable.</summary>
internal sealed class IssuedTenants
{
    private readonly ImmutableDictionary<string, TenantRecord> _tenants;
    private readonly KeyRing<IssuedKey> _keys;

    private IssuedTenants(long number, ImmutableDictionary<string, TenantRecord> tenants, KeyRing<IssuedKey> keys) => (Number, _tenants, _keys) = (number, tenants, keys);

    public static IssuedTenants None { get; } = new(0, ImmutableDictionary<string, TenantRecord>.Empty, new KeyRing<IssuedKey>([]));

    /// <summary>The number of the last change included.</summary>
    public long Number { get; }

    public IEnumerable<TenantContents> Tenants => _tenants.Values.Select(tenant => tenant.Contents);

    public TenantContents Find(string tenant) => _tenants.TryGetValue(tenant, out var record) ? record.Contents : TenantContents.Empty;

    public IssuedKey? FindKey(ReadOnlySpan<char> key) => _keys.Find(key);

    /// <summary>A copy with the current state of these tenants.</summary>
    public IssuedTenants With(long number, IReadOnlyList<TenantRecord> changed)
    {
        var before = changed.Select(tenant => _tenants.GetValueOrDefault(tenant.Id)).OfType<TenantRecord>();
        var keys = _keys.Replace(before.SelectMany(tenant => tenant.Secrets).Select(secret => secret.Hash), changed.SelectMany(Usable));
        var tenants = _tenants.ToBuilder();
        foreach (var tenant in changed)
        {
            if (tenant.Contents is { Tenant: null, Projects: [], Keys: [] })
                tenants.Remove(tenant.Id);
            else
                tenants[tenant.Id] = tenant;
        }
        return new IssuedTenants(number, tenants.ToImmutable(), keys);
    }

    private static IEnumerable<(byte[] Hash, IssuedKey Owner)> Usable(TenantRecord tenant)
    {
        var closed = tenant.Contents.Projects.Where(project => project.Disabled).Select(project => project.Id).ToHashSet();
        var keys = tenant.Contents.Keys.Where(key => !key.Disabled && !closed.Contains(key.Project)).ToDictionary(key => key.Id);
        foreach (var secret in tenant.Secrets)
        {
            if (keys.TryGetValue(secret.KeyId, out var key))
                yield return (secret.Hash, new IssuedKey(tenant.Contents, key, Earlier(secret.ValidUntil, key.ExpiresAt)));
        }
    }

    private static long? Earlier(long? one, long? other) => one is null || other < one ? other : one;
}
