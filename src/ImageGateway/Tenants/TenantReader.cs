using System.Data.Common;
using Dapper;
using ImageGateway.Database;

namespace ImageGateway.Tenants;

/// <summary>Reads what changed in the database since this process last read it.</summary>
internal static class TenantReader
{
    /// <summary>
    /// Brings <paramref name="known"/> up to date, within a <see cref="Snapshot"/>, because half of a change would look like a
    /// deleted tenant. Returns the same object when nothing changed.
    /// </summary>
    public static async Task<IssuedTenants> ReadAsync(DbConnection connection, IssuedTenants known)
    {
        var number = await connection.ExecuteScalarAsync<long>("SELECT number FROM control_changes");
        if (number == known.Number)
            return known;
        // A lower number: the database was replaced by an older one.
        var since = number > known.Number ? known : IssuedTenants.None;
        return since.With(number, await ChangedAsync(connection, since.Number));
    }

    // The first time everything is read except the audit log, which is as old as the gateway.
    private static async Task<IReadOnlyList<TenantRecord>> ChangedAsync(DbConnection connection, long since)
    {
        const string Changed = "SELECT tenant FROM audit WHERE number > @since";
        var of = since == 0 ? "" : $" WHERE tenant IN ({Changed})";
        var tenants = (await connection.QueryAsync<Row>($"SELECT id AS tenant, id, version, settings FROM tenants{(since == 0 ? "" : $" WHERE id IN ({Changed})")}", new { since })).ToLookup(row => row.Tenant);
        var projects = (await connection.QueryAsync<Row>($"SELECT tenant, id, version, settings FROM projects{of} ORDER BY id", new { since })).ToLookup(row => row.Tenant);
        var keys = (await connection.QueryAsync<Row>($"SELECT tenant, id, version, settings FROM tenant_keys{of} ORDER BY id", new { since })).ToLookup(row => row.Tenant);
        var secrets = (await connection.QueryAsync<SecretRow>($"SELECT tenant, key_id AS KeyId, hash, valid_until AS ValidUntil FROM key_secrets{of}", new { since })).ToLookup(row => row.Tenant);
        var ids = since == 0
            ? tenants.Concat(projects).Concat(keys).Select(rows => rows.Key)
            : await connection.QueryAsync<string>($"{Changed} AND tenant IS NOT NULL", new { since });
        return [.. ids.Distinct().Select(id => new TenantRecord(id, Contents(tenants[id], projects[id], keys[id]), [.. secrets[id].Select(Secret)]))];
    }

    private static TenantContents Contents(IEnumerable<Row> tenants, IEnumerable<Row> projects, IEnumerable<Row> keys) => new(
        tenants.Select(row => TenantJson.Read<Tenant>(row.Settings) with { Version = row.Version }).FirstOrDefault(),
        [.. projects.Select(row => TenantJson.Read<Project>(row.Settings) with { Version = row.Version })],
        [.. keys.Select(row => TenantJson.Read<TenantKey>(row.Settings) with { Version = row.Version })]);

    private static KeySecret Secret(SecretRow row) => new(row.KeyId, Convert.FromHexString(row.Hash), row.ValidUntil);

    private sealed record Row(string Tenant, string Id, long Version, string Settings);

    private sealed record SecretRow(string Tenant, string KeyId, string Hash, long? ValidUntil);
}
