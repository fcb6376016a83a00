using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>Creates, changes and deletes projects, also of tenants of the configuration. Projects from the configuration are changed there.</summary>
internal sealed class ProjectStore(TenantChanges changes, TenantDirectory directory)
{
    /// <summary>A project's name in the audit log, and its scope in limits.</summary>
    public static string Subject(Project project) => $"project:{project.Tenant}/{project.Id}";

    public Task<Project> CreateAsync(Project project, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        await RequireTenantAsync(change, project.Tenant);
        if (directory.IsConfigured(project.Tenant, project.Id) || await change.FindProjectAsync(project.Tenant, project.Id) is not null)
            throw new GatewayException(ErrorKind.Conflict, $"The project '{project.Id}' of the tenant '{project.Tenant}' already exists.", "id");
        return await AddAsync(change, project);
    }, cancellationToken);

    public Task<Project> UpdateAsync(string tenant, string id, Func<Project, Project> edit, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, tenant, id);
        ifMatch.Check(before.Version);
        var after = edit(before) with { Id = before.Id, Tenant = before.Tenant, CreatedAt = before.CreatedAt, Version = change.Number };
        await change.SaveAsync(after);
        await change.RecordAsync("project.update", Subject(after), tenant, before, after);
        return after;
    }, cancellationToken);

    /// <summary>Deletes a project with its keys. Its ledger entries stay.</summary>
    public Task DeleteAsync(string tenant, string id, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, tenant, id);
        ifMatch.Check(before.Version);
        foreach (var key in (await change.KeysAsync(tenant)).Where(key => key.Project == id))
            await KeyStore.RemoveAsync(change, key);
        await RemoveAsync(change, before);
        return before;
    }, cancellationToken);

    /// <summary>Removes a project without keys, and its limits.</summary>
    public static async Task RemoveAsync(ControlChange change, Project project)
    {
        await LimitStore.ForgetAsync(change, project.Tenant, Subject(project));
        await change.DeleteAsync(project);
        await change.RecordAsync("project.delete", Subject(project), project.Tenant, project, null);
    }

    /// <summary>Creates the project of a new key, unless it exists.</summary>
    public async Task EnsureAsync(ControlChange change, string tenant, string id)
    {
        if (!directory.IsConfigured(tenant, id) && await change.FindProjectAsync(tenant, id) is null)
            await AddAsync(change, new Project { Id = id, Tenant = tenant, Name = id });
    }

    /// <summary>Refuses a tenant that neither the configuration nor the database has.</summary>
    /// <exception cref="GatewayException">There is no such tenant.</exception>
    public async Task RequireTenantAsync(ControlChange change, string tenant)
    {
        if (!directory.IsConfigured(tenant) && await change.FindTenantAsync(tenant) is null)
            throw TenantStore.Unknown(tenant);
    }

    /// <summary>The error for a missing project.</summary>
    public static GatewayException Unknown(string tenant, string id) =>
        new(ErrorKind.NotFound, $"The tenant '{GatewayException.Shortened(tenant)}' has no project '{GatewayException.Shortened(id)}'.");

    private static async Task<Project> AddAsync(ControlChange change, Project project)
    {
        // Limits of an earlier project in the configuration, or set while another replica deleted it, must not apply to the new
        // one.
        await LimitStore.ForgetAsync(change, project.Tenant, Subject(project));
        var made = project with { CreatedAt = change.Now, Version = change.Number };
        await change.SaveAsync(made);
        await change.RecordAsync("project.create", Subject(made), made.Tenant, null, made);
        return made;
    }

    private async Task<Project> FindAsync(ControlChange change, string tenant, string id) => directory.IsConfigured(tenant, id)
        ? throw new GatewayException(ErrorKind.Conflict, $"The project '{id}' comes from the configuration (Gateway:Tenants:{tenant}) and is changed there.")
        : await change.FindProjectAsync(tenant, id) ?? throw Unknown(tenant, id);
}
