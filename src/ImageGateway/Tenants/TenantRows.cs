using ImageGateway.Database;

namespace ImageGateway.Tenants;

/// <summary>The rows of tenants, projects and keys within a change.</summary>
internal static class TenantRows
{
    private sealed record Row(long Version, string Settings);

    public static async Task<Tenant?> FindTenantAsync(this ControlChange change, string id) =>
        await change.FindAsync<Row>("SELECT version, settings FROM tenants WHERE id = @id", new { id }) is { } row ? TenantJson.Read<Tenant>(row.Settings) with { Version = row.Version } : null;

    public static async Task<Project?> FindProjectAsync(this ControlChange change, string tenant, string id) =>
        await change.FindAsync<Row>("SELECT version, settings FROM projects WHERE tenant = @tenant AND id = @id", new { tenant, id }) is { } row ? TenantJson.Read<Project>(row.Settings) with { Version = row.Version } : null;

    public static async Task<TenantKey?> FindKeyAsync(this ControlChange change, string tenant, string id) =>
        await change.FindAsync<Row>("SELECT version, settings FROM tenant_keys WHERE tenant = @tenant AND id = @id", new { tenant, id }) is { } row ? TenantJson.Read<TenantKey>(row.Settings) with { Version = row.Version } : null;

    /// <summary>The projects of a tenant.</summary>
    public static async Task<IReadOnlyList<Project>> ProjectsAsync(this ControlChange change, string tenant) =>
        [.. (await change.QueryAsync<string>("SELECT settings FROM projects WHERE tenant = @tenant ORDER BY id", new { tenant })).Select(TenantJson.Read<Project>)];

    /// <summary>The keys of a tenant.</summary>
    public static async Task<IReadOnlyList<TenantKey>> KeysAsync(this ControlChange change, string tenant) =>
        [.. (await change.QueryAsync<string>("SELECT settings FROM tenant_keys WHERE tenant = @tenant ORDER BY id", new { tenant })).Select(TenantJson.Read<TenantKey>)];

    public static Task SaveAsync(this ControlChange change, Tenant tenant) => change.ExecuteAsync(
        "INSERT INTO tenants (id, version, settings) VALUES (@Id, @Version, @settings) ON CONFLICT (id) DO UPDATE SET version = excluded.version, settings = excluded.settings",
        new { tenant.Id, tenant.Version, settings = TenantJson.Write(tenant) });

    public static Task SaveAsync(this ControlChange change, Project project) => change.ExecuteAsync(
        "INSERT INTO projects (tenant, id, version, settings) VALUES (@Tenant, @Id, @Version, @settings) ON CONFLICT (tenant, id) DO UPDATE SET version = excluded.version, settings = excluded.settings",
        new { project.Tenant, project.Id, project.Version, settings = TenantJson.Write(project) });

    public static Task SaveAsync(this ControlChange change, TenantKey key) => change.ExecuteAsync(
        "INSERT INTO tenant_keys (id, tenant, version, settings) VALUES (@Id, @Tenant, @Version, @settings) ON CONFLICT (id) DO UPDATE SET version = excluded.version, settings = excluded.settings",
        new { key.Id, key.Tenant, key.Version, settings = TenantJson.Write(key) });

    /// <summary>When a tenant of this id was last deleted, in Unix seconds; null: never.</summary>
    public static Task<long?> LastDeletionAsync(this ControlChange change, string id) =>
        change.ScalarAsync<long?>("SELECT MAX(created_at) FROM audit WHERE tenant = @id AND action = 'tenant.delete'", new { id });

    public static Task DeleteAsync(this ControlChange change, Tenant tenant) => change.ExecuteAsync("DELETE FROM tenants WHERE id = @Id", new { tenant.Id });

    public static Task DeleteAsync(this ControlChange change, Project project) => change.ExecuteAsync("DELETE FROM projects WHERE tenant = @Tenant AND id = @Id", new { project.Tenant, project.Id });

    /// <summary>Deletes a key and its secrets.</summary>
    public static async Task DeleteAsync(this ControlChange change, TenantKey key)
    {
        await change.ExecuteAsync("DELETE FROM key_secrets WHERE key_id = @Id", new { key.Id });
        await change.ExecuteAsync("DELETE FROM tenant_keys WHERE id = @Id", new { key.Id });
    }

    /// <summary>Records the state before and after a change; null for what did not exist, or does not any more.</summary>
    public static Task RecordAsync<T>(this ControlChange change, string action, string subject, string tenant, T? before, T? after)
        where T : class =>
        change.RecordAsync(new ChangeRecord(action, subject, tenant, before is null ? null : TenantJson.Write(before), after is null ? null : TenantJson.Write(after)));
}
