using ImageGateway.Api;
using ImageGateway.Api.Reading;
using ImageGateway.Hosting;
using ImageGateway.Quotas;
using ImageGateway.Tenants;

namespace ImageGateway.Admin;

/// <summary>
/// The limits of a scope and their current use; <see cref="MaxQuality"/> null: any. It has two words, <c>medium, standard</c>,
/// if configuration and control plane differ: both apply.
/// </summary>
internal sealed record ScopeAnswer(string Scope, string Tenant, string? MaxQuality, IReadOnlyList<LimitAnswer> Limits);

/// <summary>
/// <c>GET /admin/v1/limits</c>: every scope with limits, those of the configuration and of the control plane merged. Limits for
/// each user (<c>user:acme/*</c>) have a counter per user and no common one, so they are left out.
/// </summary>
internal static class LimitStandings
{
    public static void MapLimitStandings(this IEndpointRouteBuilder app) => app.MapGet("/admin/v1/limits", async (HttpContext http, LimitBooks books, TenantDirectory directory, Quota quota, TimeProvider time) =>
    {
        var tenants = new QueryReader(http.Request.Query).Many("tenant");
        var issued = directory.Limits.ToDictionary(limits => limits.Scope, limits => limits.Tenant);
        var scopes = books.Current.All.Where(limits => !limits.Scope.EndsWith("/*", StringComparison.Ordinal)).Select(limits => (Limits: limits, Tenant: issued.GetValueOrDefault(limits.Scope) ?? TenantOf(limits.Scope)));
        var page = Paging.Of(scopes.Where(scope => tenants.Count == 0 || tenants.Contains(scope.Tenant)), http.Request, "limits", scope => scope.Limits.Scope);
        var answers = new List<ScopeAnswer>(page.Data.Count);
        foreach (var (limits, tenant) in page.Data)
            answers.Add(await ReadAsync(limits, tenant, quota, time.GetUtcNow()));
        return new Page<ScopeAnswer>(answers, page.NextCursor);
    }).WithQuery(["tenant", .. Paging.Query]);

    private static async Task<ScopeAnswer> ReadAsync(ScopeLimits limits, string tenant, Quota quota, DateTimeOffset now)
    {
        var counters = await quota.ReadAsync(tenant, limits);
        return new ScopeAnswer(limits.Scope, tenant, limits.Qualities.Count == 0 ? null : string.Join(", ", limits.Qualities.Select(quality => quality.Most).Distinct()), [.. counters.SelectMany(counter => LimitAnswer.Of(counter.Use, counter.State, now))]);
    }

    // For the configuration: all of its scopes start with their tenant, keys included.
    private static string TenantOf(string scope) => scope[(scope.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('/', 2)[0];
}
