using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>
/// Issues, changes, rotates and revokes keys, also for tenants of the configuration. A secret is 256 random bits, is returned
/// once, and is stored only as its SHA-256, so that the stored data grants no access.
/// </summary>
internal sealed class KeyStore(TenantChanges changes, TenantDirectory directory, ProjectStore projects)
{
    private const int PrefixLength = 8;

    /// <summary>A key's name in the audit log, and its scope in limits.</summary>
    public static string Subject(TenantKey key) => $"key:{key.Id}";

    /// <summary>Issues a key, and creates its project if it does not exist.</summary>
    public Task<(TenantKey Key, string Secret)> IssueAsync(TenantKey key, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        await projects.RequireTenantAsync(change, key.Tenant);
        await projects.EnsureAsync(change, key.Tenant, key.Project);
        var secret = ApiKey.New();
        var made = key with { Prefix = secret[..PrefixLength], CreatedAt = change.Now, Version = change.Number };
        await change.SaveAsync(made);
        await AddSecretAsync(change, made, secret);
        await change.RecordAsync("key.create", Subject(made), made.Tenant, null, made);
        return (made, secret);
    }, cancellationToken);

    public Task<TenantKey> UpdateAsync(string tenant, string id, Func<TenantKey, TenantKey> edit, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, tenant, id);
        ifMatch.Check(before.Version);
        var after = edit(before) with { Id = before.Id, Version = change.Number };
        await change.SaveAsync(after);
        await change.RecordAsync("key.update", Subject(after), tenant, before, after);
        return after;
    }, cancellationToken);

    /// <summary>Gives a key a new secret. Earlier secrets stay valid for exactly the grace period, whatever an earlier rotation set.</summary>
    public Task<(TenantKey Key, string Secret)> RotateAsync(string tenant, string id, TimeSpan grace, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, tenant, id);
        ifMatch.Check(before.Version);
        var until = change.Now + (long)grace.TotalSeconds;
        await change.ExecuteAsync("UPDATE key_secrets SET valid_until = @until WHERE key_id = @Id AND (valid_until IS NULL OR valid_until > @until)", new { until, before.Id });
        await change.ExecuteAsync("DELETE FROM key_secrets WHERE key_id = @Id AND valid_until <= @Now", new { before.Id, change.Now });
        var secret = ApiKey.New();
        var after = before with { Prefix = secret[..PrefixLength], RotatedAt = change.Now, Version = change.Number };
        await change.SaveAsync(after);
        await AddSecretAsync(change, after, secret);
        await change.RecordAsync("key.rotate", Subject(after), tenant, before, after);
        return (after, secret);
    }, cancellationToken);

    /// <summary>Revokes a key with all its secrets.</summary>
    public Task DeleteAsync(string tenant, string id, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, tenant, id);
        ifMatch.Check(before.Version);
        await RemoveAsync(change, before);
        return before;
    }, cancellationToken);

    /// <summary>Removes a key with its secrets and limits.</summary>
    public static async Task RemoveAsync(ControlChange change, TenantKey key)
    {
        await LimitStore.ForgetAsync(change, key.Tenant, Subject(key));
        await change.DeleteAsync(key);
        await change.RecordAsync("key.delete", Subject(key), key.Tenant, key, null);
    }

    /// <summary>The error for a missing key.</summary>
    public static GatewayException Unknown(string tenant, string id) =>
        new(ErrorKind.NotFound, $"The tenant '{GatewayException.Shortened(tenant)}' has no key '{GatewayException.Shortened(id)}'.");

    private static Task AddSecretAsync(ControlChange change, TenantKey key, string secret) => change.ExecuteAsync(
        "INSERT INTO key_secrets (hash, key_id, tenant, valid_until) VALUES (@hash, @Id, @Tenant, NULL)", new { hash = Convert.ToHexStringLower(ApiKey.Hash(secret)), key.Id, key.Tenant });

    private async Task<TenantKey> FindAsync(ControlChange change, string tenant, string id) => await change.FindKeyAsync(tenant, id) ?? throw (directory.Find(tenant)?.Keys.Any(key => key.Id == id) == true
        ? new GatewayException(ErrorKind.Conflict, $"The key '{id}' comes from the configuration (Gateway:Tenants:{tenant}:Keys) and is changed there.")
        : Unknown(tenant, id));
}
