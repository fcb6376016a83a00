using ImageGateway.Api;
using ImageGateway.Api.Reading;
using ImageGateway.Catalog;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Routing;
using ImageGateway.Tenants;

namespace ImageGateway.Admin;

/// <summary>
/// <c>/admin/v1/tenants/{tenant}/limits</c>, and the same below a project, a key and an end user (<c>*</c>: each of them). PUT
/// replaces the whole set; if the configuration limits the scope too, the stricter limits apply.
/// </summary>
internal static class LimitEndpoints
{
    private const string TenantPath = "/admin/v1/tenants/{tenant}";
    private const string Future = "a time in the future, in Unix seconds";

    private static readonly string[] Members = [.. LimitKind.All.Select(kind => kind.Word), "max_quality", "mode", "scope", "tenant", "top_ups"];
    private static readonly string[] TopUpMembers = ["limit", "amount", "expires_at"];

    public static void MapLimits(this IEndpointRouteBuilder app)
    {
        Map(app, "", (_, tenant, _) => $"tenant:{tenant.Id}");
        Map(app, "/projects/{id}", (contents, tenant, id) => contents.Projects.Any(project => project.Id == id) ? $"project:{tenant.Id}/{id}" : throw ProjectStore.Unknown(tenant.Id, id));
        Map(app, "/keys/{id}", KeyScope);
        Map(app, "/users/{id}", (_, tenant, id) => Parameters.IsUser(id) ? $"user:{tenant.Id}/{id}" : throw GatewayException.Invalid("user", id, Parameters.AllowedUser));
    }

    private static void Map(IEndpointRouteBuilder app, string below, Func<TenantContents, Tenant, string, string> scope)
    {
        var path = $"{TenantPath}{below}/limits";
        app.MapGet(path, (HttpContext http, TenantDirectory directory) => Read(http, directory, Scope(http)));
        app.MapPut(path, async (HttpContext http, LimitStore store) => await SetAsync(http, store, Scope(http))).WithMetadata(new KnownBody(Members));
        app.MapDelete(path, async (HttpContext http, LimitStore store) =>
        {
            await store.DeleteAsync(Scope(http), http.Request.IfMatch(), http.Actor(), http.RequestAborted);
            return TypedResults.NoContent();
        });
        app.MapPost($"{path}/top_ups", async (HttpContext http, LimitStore store, TimeProvider time) => await TopUpAsync(http, store, Scope(http), time.GetUtcNow()))
            .WithMetadata(new KnownBody(TopUpMembers, TopUpMembers)).Produces<IssuedLimits>(StatusCodes.Status201Created);
        app.MapDelete($"{path}/top_ups/{{top_up}}", async (HttpContext http, LimitStore store) =>
        {
            var limits = await store.RemoveTopUpAsync(Scope(http), (string)http.Request.RouteValues["top_up"]!, http.Request.IfMatch(), http.Actor(), http.RequestAborted);
            http.SetVersion(limits.Version);
            return TypedResults.NoContent();
        });

        string Scope(HttpContext http)
        {
            var (tenant, id) = ((string)http.Request.RouteValues["tenant"]!, RouteText.Whole(http, http.Request.RouteValues["id"] as string ?? ""));
            var contents = http.RequestServices.GetRequiredService<TenantDirectory>().Require(tenant);
            return scope(contents, contents.Tenant!, id);
        }
    }

    // A key of the configuration has the id TENANT/NAME, and may be given by its name here.
    private static string KeyScope(TenantContents contents, Tenant tenant, string id)
    {
        var key = contents.Keys.FirstOrDefault(key => key.Id == id || key.Id == $"{tenant.Id}/{id}");
        return key is null ? throw new GatewayException(ErrorKind.NotFound, $"The tenant '{tenant.Id}' has no key '{GatewayException.Shortened(id)}'.") : $"key:{key.Id}";
    }

    private static IssuedLimits Read(HttpContext http, TenantDirectory directory, string scope)
    {
        var limits = directory.Limits.FirstOrDefault(limits => limits.Scope == scope) ?? throw LimitStore.Unknown(scope);
        http.SetVersion(limits.Version);
        return limits;
    }

    private static async Task<IssuedLimits> SetAsync(HttpContext http, LimitStore store, string scope)
    {
        var body = await BodyMembers.ReadAsync(http.Request, Members);
        var tenant = (string)http.Request.RouteValues["tenant"]!;
        body.Keep("scope", scope, $"{scope}, as in the URL");
        body.Keep("tenant", tenant, $"{tenant}, as in the URL");
        var limits = new IssuedLimits
        {
            Scope = scope,
            Tenant = tenant,
            UsdPerDay = body.Amount("usd_per_day"),
            UsdPerMonth = body.Amount("usd_per_month"),
            UsdTotal = body.Amount("usd_total"),
            OutputTokensPerMinute = Count(body, "output_tokens_per_minute"),
            OutputTokensPerMonth = Count(body, "output_tokens_per_month"),
            ImagesPerMinute = Count(body, "images_per_minute"),
            RequestsPerMinute = Count(body, "requests_per_minute"),
            ConcurrentImages = Count(body, "concurrent_images"),
            MaxQuality = Quality(body, http.RequestServices.GetRequiredService<GatewaySnapshot>().Catalogue),
            Mode = body.Word("mode", LimitMode.Enforce),
        };
        var made = await store.SetAsync(
            limits, topUps => body.Keep("top_ups", topUps, "the top-ups that there are; POST …/limits/top_ups adds one, DELETE …/limits/top_ups/{id} removes one"),
            http.Request.IfMatch(), http.Actor(), http.RequestAborted);
        http.SetVersion(made.Version);
        return made;
    }

    private static async Task<IResult> TopUpAsync(HttpContext http, LimitStore store, string scope, DateTimeOffset now)
    {
        var body = await BodyMembers.ReadAsync(http.Request, TopUpMembers);
        body.Require(TopUpMembers);
        var word = body.Text("limit", "");
        if (!LimitKind.ByWord.TryGetValue(word, out var kind))
            throw GatewayException.Invalid("limit", word, string.Join(", ", LimitKind.All.Select(kind => kind.Word)));
        var amount = body.Amount("amount")!.Value;
        if (amount <= 0 || amount > 1_000_000_000 || amount != decimal.Round(amount, 9) || (kind.Measure != Measure.NanoUsd && amount != decimal.Floor(amount)))
            throw GatewayException.Invalid("amount", $"{amount}", "above 0, to 1000000000, with at most nine decimals, and whole for what is not USD");
        var expires = body.Whole("expires_at", null, Days.LastSecond, Future)!.Value;
        if (expires <= now.ToUnixTimeSeconds())
            throw GatewayException.Invalid("expires_at", $"{expires}", Future);
        var limits = await store.TopUpAsync(scope, new TopUp(Guid.NewGuid().ToString("N"), word, amount, expires), http.Request.IfMatch(), http.Actor(), http.RequestAborted);
        http.SetVersion(limits.Version);
        return TypedResults.Created((string?)null, limits);
    }

    private static long? Count(BodyMembers body, string word)
    {
        var amount = body.Amount(word);
        return amount is null || amount == decimal.Floor(amount.Value) ? (long?)amount : throw GatewayException.Invalid(word, $"{amount}", "a whole number of 1 to 1000000000000");
    }

    private static string? Quality(BodyMembers body, Catalogue catalogue)
    {
        var most = body.Text("max_quality");
        return most is null || Ceiling.Others(most, catalogue.Models.Values) is not { } words ? most : throw GatewayException.Invalid("max_quality", most, words);
    }
}
