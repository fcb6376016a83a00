using ImageGateway.Api;
using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Tenants;

namespace ImageGateway.Admin;

/// <summary>A key with its secret, which no other response contains.</summary>
internal sealed record IssuedKeyAnswer(
    string Id, string Secret, string Prefix, string Tenant, string Project, string Name, long? ExpiresAt, bool Disabled, long? CreatedAt, long? RotatedAt, Source Source)
{
    public static IssuedKeyAnswer Of(TenantKey key, string secret) =>
        new(key.Id, secret, key.Prefix!, key.Tenant, key.Project, key.Name, key.ExpiresAt, key.Disabled, key.CreatedAt, key.RotatedAt, key.Source);
}

/// <summary><c>/admin/v1/tenants/{tenant}/keys[/{id}]</c>, and <c>POST …/{id}/rotate</c>.</summary>
internal static class KeyEndpoints
{
    private const string Path = "/admin/v1/tenants/{tenant}/keys";
    private const string One = $"{Path}/{{id}}";
    private const long LongestGrace = 90 * 24 * 3600;

    private static readonly string[] Settings = ["name", "expires_at", "disabled"];
    private static readonly string[] NewMembers = ["project", .. Settings];
    private static readonly string[] RotateMembers = ["grace_seconds"];
    private static readonly string[] Members = [.. Settings, "id", "tenant", "project", "prefix", "created_at", "rotated_at", "source"];

    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, (HttpRequest request, string tenant, TenantDirectory directory) =>
            Paging.Of(directory.Require(tenant).Keys, request, $"keys of {tenant}", key => key.Id)).WithQuery(Paging.Query);
        app.MapPost(Path, IssueAsync).WithMetadata(new KnownBody(NewMembers)).Produces<IssuedKeyAnswer>(StatusCodes.Status201Created);
        app.MapGet(One, Read);
        app.MapMethods(One, AdminEndpoints.PatchOrPut, UpdateAsync).WithMetadata(new KnownBody(Members));
        app.MapDelete(One, DeleteAsync);
        app.MapPost($"{One}/rotate", RotateAsync).WithMetadata(new KnownBody(RotateMembers));
    }

    private static async Task<IResult> IssueAsync(HttpContext http, string tenant, KeyStore store, TimeProvider time)
    {
        var body = await BodyMembers.ReadAsync(http.Request, NewMembers);
        // Sorts by creation time.
        var id = $"key_{Guid.CreateVersion7(time.GetUtcNow()):N}";
        var key = Edit(new TenantKey { Id = id, Tenant = tenant, Project = body.Id("project", "default"), Name = id }, body);
        var (made, secret) = await store.IssueAsync(key, http.Actor(), http.RequestAborted);
        HideFromCaches(http, made);
        return TypedResults.Created($"/admin/v1/tenants/{tenant}/keys/{id}", IssuedKeyAnswer.Of(made, secret));
    }

    private static TenantKey Read(HttpContext http, string tenant, string id, TenantDirectory directory)
    {
        var name = RouteText.Slashed(id);
        var contents = directory.Require(tenant);
        var key = contents.Keys.FirstOrDefault(key => key.Id == name) ?? throw KeyStore.Unknown(tenant, name);
        http.SetVersion(key.Version);
        return key;
    }

    private static async Task<TenantKey> UpdateAsync(HttpContext http, string tenant, string id, KeyStore store)
    {
        var body = await BodyMembers.ReadAsync(http.Request, Members);
        var name = RouteText.Slashed(id);
        TenantEndpoints.CheckId(body, name);
        body.Keep("tenant", tenant, $"{tenant}, as in the URL");
        var replaces = HttpMethods.IsPut(http.Request.Method);
        var key = await store.UpdateAsync(tenant, name, before => Change(before, replaces, body), http.Request.IfMatch(), http.Actor(), http.RequestAborted);
        http.SetVersion(key.Version);
        return key;
    }

    private static async Task<IssuedKeyAnswer> RotateAsync(HttpContext http, string tenant, string id, KeyStore store)
    {
        var body = await BodyMembers.ReadAsync(http.Request, RotateMembers);
        var grace = body.Whole("grace_seconds", 0, LongestGrace, $"0 to {LongestGrace} seconds for which the previous secret stays valid") ?? 0;
        var (key, secret) = await store.RotateAsync(tenant, RouteText.Slashed(id), TimeSpan.FromSeconds(grace), http.Request.IfMatch(), http.Actor(), http.RequestAborted);
        HideFromCaches(http, key);
        return IssuedKeyAnswer.Of(key, secret);
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, string tenant, string id, KeyStore store)
    {
        await store.DeleteAsync(tenant, RouteText.Slashed(id), http.Request.IfMatch(), http.Actor(), http.RequestAborted);
        return TypedResults.NoContent();
    }

    private static void HideFromCaches(HttpContext http, TenantKey key)
    {
        http.SetVersion(key.Version);
        http.Response.Headers.CacheControl = "no-store";
    }

    private static TenantKey Change(TenantKey key, bool replaces, BodyMembers body)
    {
        body.Keep("project", key.Project, $"{key.Project}; a key's project cannot be changed");
        return Edit(replaces ? key with { Name = key.Id, ExpiresAt = null, Disabled = false } : key, body);
    }

    private static TenantKey Edit(TenantKey key, BodyMembers body) => key with
    {
        Name = body.Text("name", key.Name),
        ExpiresAt = body.Whole("expires_at", key.ExpiresAt, Days.LastSecond, "a time in Unix seconds, or null for never"),
        Disabled = body.Flag("disabled", key.Disabled),
    };
}
