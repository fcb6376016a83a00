using ImageGateway.Api.Reading;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.Tenants;

namespace ImageGateway.Admin;

/// <summary>
/// <c>/admin/v1/tenants[/{id}]</c>: PATCH changes the given members, PUT resets the others to their defaults. Read from memory,
/// changed in the database.
/// </summary>
internal static class TenantEndpoints
{
    private const string Path = "/admin/v1/tenants";
    private const string One = $"{Path}/{{id}}";

    private static readonly string[] Settings = ["name", "models", "default_tier", "hide_target", "required_tags", "markup", "cache", "on_disconnect", "disabled"];

    private static readonly string[] NewMembers = ["id", .. Settings];

    // So that a response can be sent back with changes.
    private static readonly string[] Members = [.. Settings, "id", "created_at", "source"];
    private static readonly string[] CacheMembers = ["ttl", "max_bytes", "scope"];

    public static void MapTenants(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, (HttpRequest request, TenantDirectory directory) => Paging.Of(directory.Tenants, request, "tenants", tenant => tenant.Id)).WithQuery(Paging.Query);
        app.MapPost(Path, CreateAsync).WithMetadata(new KnownBody(NewMembers, "id")).Produces<Tenant>(StatusCodes.Status201Created);
        app.MapGet(One, Read);
        app.MapMethods(One, AdminEndpoints.PatchOrPut, UpdateAsync).WithMetadata(new KnownBody(Members));
        app.MapDelete(One, DeleteAsync);
    }

    /// <summary>The author of this request's change.</summary>
    public static Actor Actor(this HttpContext http) => new(http.Admin().Id, WireName.Of(http.Admin().Scope));

    private static async Task<IResult> CreateAsync(HttpContext http, TenantStore store)
    {
        var body = await BodyMembers.ReadAsync(http.Request, NewMembers);
        var id = body.Id("id");
        var made = await store.CreateAsync(Edit(new Tenant { Id = id, Name = id }, body), http.Actor(), http.RequestAborted);
        http.SetVersion(made.Version);
        return TypedResults.Created($"{Path}/{id}", made);
    }

    private static Tenant Read(HttpContext http, string id, TenantDirectory directory)
    {
        var tenant = directory.Require(id).Tenant ?? throw TenantStore.Unknown(id);
        http.SetVersion(tenant.Version);
        return tenant;
    }

    private static async Task<Tenant> UpdateAsync(HttpContext http, string id, TenantStore store)
    {
        var body = await BodyMembers.ReadAsync(http.Request, Members);
        CheckId(body, id);
        var replaces = HttpMethods.IsPut(http.Request.Method);
        var tenant = await store.UpdateAsync(id, before => Edit(replaces ? new Tenant { Id = id, Name = id } : before, body), http.Request.IfMatch(), http.Actor(), http.RequestAborted);
        http.SetVersion(tenant.Version);
        return tenant;
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, string id, TenantStore store)
    {
        await store.DeleteAsync(id, http.Request.IfMatch(), http.Actor(), http.RequestAborted);
        return TypedResults.NoContent();
    }

    /// <summary>Refuses a body whose id differs from the URL's.</summary>
    public static void CheckId(BodyMembers body, string id) => body.Keep("id", id, $"{id}, as in the URL; an id cannot be changed");

    private static Tenant Edit(Tenant tenant, BodyMembers body) => tenant with
    {
        Name = body.Text("name", tenant.Name),
        Models = body.Texts("models", tenant.Models, 1, BodyMembers.IsText, "1 to 100 names or globs of models, as in [\"gpt-image-*\"]; [\"*\"] is all"),
        DefaultTier = body.Word("default_tier", tenant.DefaultTier),
        HideTarget = body.Flag("hide_target", tenant.HideTarget),
        RequiredTags = body.Texts("required_tags", tenant.RequiredTags, 0, ImageJob.IsTag, "at most 100 names of tags, each of 1 to 64 letters, digits, '.', '_' or '-'"),
        Markup = body.Number("markup", tenant.Markup, 100),
        Cache = body.Has("cache") ? Cache(body.Object("cache", CacheMembers)) : tenant.Cache,
        OnDisconnect = body.Word("on_disconnect", tenant.OnDisconnect),
        Disabled = body.Flag("disabled", tenant.Disabled),
    };

    // One setting: members that it lacks get their defaults, not their earlier values.
    private static CacheRule? Cache(BodyMembers? body) => body is null ? null : new CacheRule(
        body.Time("ttl", CacheRule.Default.Ttl, CacheRule.LongestTtl),
        body.Whole("max_bytes", CacheRule.Default.MaxBytes, 1, CacheRule.MostBytes),
        body.Word("scope", CacheRule.Default.Scope));
}
