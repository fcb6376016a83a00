using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>Creates, changes and deletes tenants. Those of the configuration are changed there.</summary>
internal sealed class TenantStore(TenantChanges changes, TenantDirectory directory)
{
    public Task<Tenant> CreateAsync(Tenant tenant, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        if (directory.IsConfigured(tenant.Id) || await change.FindTenantAsync(tenant.Id) is not null)
            throw new GatewayException(ErrorKind.Conflict, $"The tenant '{tenant.Id}' already exists.", "id");
        // Keys and projects of an earlier tenant in the configuration must not give access to the new one.
        await EmptyAsync(change, tenant.Id);
        // Later than the deletion of one with this id, whose stored responses the new one must not have.
        var made = tenant with { CreatedAt = Math.Max(change.Now, (await change.LastDeletionAsync(tenant.Id) ?? 0) + 1), Version = change.Number };
        await change.SaveAsync(made);
        await change.RecordAsync("tenant.create", Subject(tenant.Id), tenant.Id, null, made);
        return made;
    }, cancellationToken);

    public Task<Tenant> UpdateAsync(string id, Func<Tenant, Tenant> edit, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, id);
        ifMatch.Check(before.Version);
        var after = edit(before) with { Id = before.Id, CreatedAt = before.CreatedAt, Version = change.Number };
        await change.SaveAsync(after);
        await change.RecordAsync("tenant.update", Subject(id), id, before, after);
        return after;
    }, cancellationToken);

    /// <summary>Deletes a tenant with its projects and keys. Its ledger entries stay.</summary>
    public Task DeleteAsync(string id, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, id);
        ifMatch.Check(before.Version);
        await EmptyAsync(change, id);
        await change.DeleteAsync(before);
        await change.RecordAsync("tenant.delete", Subject(id), id, before, null);
        return before;
    }, cancellationToken);

    /// <summary>The error for a missing tenant.</summary>
    public static GatewayException Unknown(string id) => new(ErrorKind.NotFound, $"There is no tenant '{GatewayException.Shortened(id)}'.");

    private async Task<Tenant> FindAsync(ControlChange change, string id) => directory.IsConfigured(id)
        ? throw new GatewayException(ErrorKind.Conflict, $"The tenant '{id}' comes from the configuration (Gateway:Tenants:{id}) and is changed there.")
        : await change.FindTenantAsync(id) ?? throw Unknown(id);

    private static async Task EmptyAsync(ControlChange change, string id)
    {
        foreach (var key in await change.KeysAsync(id))
            await KeyStore.RemoveAsync(change, key);
        foreach (var project in await change.ProjectsAsync(id))
            await ProjectStore.RemoveAsync(change, project);
        await LimitStore.ForgetAsync(change, id, scope: null);
    }

    private static string Subject(string id) => $"tenant:{id}";
}
