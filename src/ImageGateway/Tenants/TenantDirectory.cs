using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>
/// All tenants and keys, from the configuration and from the control plane, in memory: no request waits for the database. If
/// both have a tenant, the configuration's settings apply, and the keys of both are valid.
/// </summary>
internal sealed class TenantDirectory(Func<ConfiguredTenants> configured, TimeProvider time)
{
    private volatile IssuedTenants _issued = IssuedTenants.None;
    private volatile IReadOnlyList<IssuedLimits> _limits = [];
    private volatile Shared? _shared;

    /// <summary>The control plane's tenants, as this process knows them.</summary>
    public IssuedTenants Issued
    {
        get => _issued;
        set => _issued = value;
    }

    /// <summary>The limits that the control plane gave.</summary>
    public IReadOnlyList<IssuedLimits> Limits
    {
        get => _limits;
        set => _limits = value;
    }

    /// <summary>Every tenant.</summary>
    public IEnumerable<Tenant> Tenants => configured().Tenants.Values.Concat(_issued.Tenants).Select(contents => contents.Tenant).OfType<Tenant>().DistinctBy(tenant => tenant.Id);

    /// <summary>The size limit of the cache that tenants share (<see cref="CacheScope.Shared"/>): the largest that one of them sets.</summary>
    public long SharedBytes
    {
        get
        {
            var of = (configured(), _issued);
            if (_shared is not { } shared || shared.Of != of)
                _shared = shared = new Shared(of, Tenants.Max(tenant => tenant.Cache is { IsShared: true } cache ? cache.MaxBytes : (long?)null) ?? 0);
            return shared.Bytes;
        }
    }

    /// <summary>The caller with this key; null when the key is unknown, expired or disabled.</summary>
    public Caller? FindCaller(ReadOnlySpan<char> key)
    {
        var fixedTenants = configured();
        if (fixedTenants.FindCaller(key) is { } caller)
            return caller;
        if (_issued.FindKey(key) is not { } issued || issued.ValidUntil <= time.GetUtcNow().ToUnixTimeSeconds())
            return null;
        var tenant = fixedTenants.Tenants.TryGetValue(issued.Key.Tenant, out var known) ? known.Tenant : issued.Contents.Tenant;
        return tenant is { Disabled: false } ? tenant.Caller(issued.Key.Project, issued.Key.Id) : null;
    }

    /// <summary>The admin with this key; null when it is unknown.</summary>
    public Admin? FindAdmin(ReadOnlySpan<char> key) => configured().FindAdmin(key);

    /// <summary>True for a tenant of the configuration, which the control plane does not change.</summary>
    public bool IsConfigured(string tenant) => configured().Tenants.ContainsKey(tenant);

    /// <summary>True for a project that the configuration names, by itself or in a key.</summary>
    public bool IsConfigured(string tenant, string project) => configured().Tenants.TryGetValue(tenant, out var contents) && contents.Projects.Any(own => own.Id == project);

    /// <summary>A tenant with the projects and keys of either origin; null when there is none.</summary>
    public TenantContents? Find(string tenant)
    {
        var issued = _issued.Find(tenant);
        if (!configured().Tenants.TryGetValue(tenant, out var own))
            return issued.Tenant is null ? null : issued;
        return own with { Projects = [.. own.Projects.Concat(issued.Projects).DistinctBy(project => project.Id)], Keys = [.. own.Keys, .. issued.Keys] };
    }

    /// <summary>The same.</summary>
    /// <exception cref="GatewayException">There is no such tenant: 404.</exception>
    public TenantContents Require(string tenant) => Find(tenant) ?? throw TenantStore.Unknown(tenant);

    /// <summary>The display name of a tenant, or of its project; the id of one that is not here any more.</summary>
    public string NameOf(string tenant, string? project)
    {
        var contents = Find(tenant);
        return (project is null ? contents?.Tenant?.Name : contents?.Projects.FirstOrDefault(one => one.Id == project)?.Name) ?? project ?? tenant;
    }

    // The value computed from these tenants.
    private sealed record Shared((ConfiguredTenants, IssuedTenants) Of, long Bytes);
}
