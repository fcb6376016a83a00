using ImageGateway.Api.Reading;
using ImageGateway.Tenants;

namespace ImageGateway.Admin;

/// <summary><c>/admin/v1/tenants/{tenant}/projects[/{id}]</c>.</summary>
internal static class ProjectEndpoints
{
    private const string Path = "/admin/v1/tenants/{tenant}/projects";
    private const string One = $"{Path}/{{id}}";

    private static readonly string[] Settings = ["name", "disabled"];
    private static readonly string[] NewMembers = ["id", .. Settings];
    private static readonly string[] Members = [.. Settings, "id", "tenant", "created_at", "source"];

    public static void MapProjects(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, (HttpRequest request, string tenant, TenantDirectory directory) =>
            Paging.Of(directory.Require(tenant).Projects, request, $"projects of {tenant}", project => project.Id)).WithQuery(Paging.Query);
        app.MapPost(Path, CreateAsync).WithMetadata(new KnownBody(NewMembers, "id")).Produces<Project>(StatusCodes.Status201Created);
        app.MapGet(One, Read);
        app.MapMethods(One, AdminEndpoints.PatchOrPut, UpdateAsync).WithMetadata(new KnownBody(Members));
        app.MapDelete(One, DeleteAsync);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, string tenant, ProjectStore store)
    {
        var body = await BodyMembers.ReadAsync(http.Request, NewMembers);
        var id = body.Id("id");
        var made = await store.CreateAsync(Edit(new Project { Id = id, Tenant = tenant, Name = id }, body), http.Actor(), http.RequestAborted);
        http.SetVersion(made.Version);
        return TypedResults.Created($"/admin/v1/tenants/{tenant}/projects/{id}", made);
    }

    private static Project Read(HttpContext http, string tenant, string id, TenantDirectory directory)
    {
        var contents = directory.Require(tenant);
        var project = contents.Projects.FirstOrDefault(project => project.Id == id) ?? throw ProjectStore.Unknown(tenant, id);
        http.SetVersion(project.Version);
        return project;
    }

    private static async Task<Project> UpdateAsync(HttpContext http, string tenant, string id, ProjectStore store)
    {
        var body = await BodyMembers.ReadAsync(http.Request, Members);
        TenantEndpoints.CheckId(body, id);
        body.Keep("tenant", tenant, $"{tenant}, as in the URL");
        var replaces = HttpMethods.IsPut(http.Request.Method);
        var project = await store.UpdateAsync(
            tenant, id, before => Edit(replaces ? new Project { Id = id, Tenant = tenant, Name = id } : before, body), http.Request.IfMatch(), http.Actor(), http.RequestAborted);
        http.SetVersion(project.Version);
        return project;
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, string tenant, string id, ProjectStore store)
    {
        await store.DeleteAsync(tenant, id, http.Request.IfMatch(), http.Actor(), http.RequestAborted);
        return TypedResults.NoContent();
    }

    private static Project Edit(Project project, BodyMembers body) => project with { Name = body.Text("name", project.Name), Disabled = body.Flag("disabled", project.Disabled) };
}
