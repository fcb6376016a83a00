using ImageGateway.Api.Reading;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Governance;

/// <summary>A report whose filter is misspelt or empty is refused: without the filter it would show everything.</summary>
public sealed class KnownQueryTests
{
    [Theory]
    [InlineData("/admin/v1/ledger?tenent=fixed", "'tenent'", "tenant, project, key_id")]
    [InlineData("/admin/v1/ledger?from=2026-01-01&granularity=day", "'granularity'", "error_code")]
    [InlineData("/admin/v1/ledger/x?tenant=fixed", "'tenant'", "none")]
    [InlineData("/admin/v1/ledger/outcomes?limit=1", "'limit'", "granularity")]
    [InlineData("/admin/v1/export?tenants=acme", "'tenants'", "format")]
    [InlineData("/admin/v1/spend?status=failed", "'status'", "group_by")]
    [InlineData("/admin/v1/spend?error_code[]=timeout", "'error_code[]'", "key_id")]
    [InlineData("/admin/v1/limits?scope=tenant:fixed", "'scope'", "tenant")]
    [InlineData("/admin/v1/audit?subjects=tenant:acme", "'subjects'", "subject")]
    [InlineData("/admin/v1/tenants?tenant=fixed", "'tenant'", "limit, cursor")]
    [InlineData("/admin/v1/tenants/fixed/keys?project=site", "'project'", "limit, cursor")]
    [InlineData("/admin/v1/targets?provider=openai", "'provider'", "none")]
    [InlineData("/admin/v1/prices?model=gpt-image-1", "'model'", "none")]
    [InlineData("/v1/organization/costs?start_time=0&models=x", "'models'", "project_ids")]
    [InlineData("/v1/organization/usage/images?start_time=0&batch=true", "'batch'", "sizes, user_ids, models, sources")]
    [InlineData("/v1/quota?usr=ada", "'usr'", "user")]
    public async Task Unknown_parameter_is_refused_by_name(string path, params string[] words) => await RefusedAsync(path, "unknown_parameter", words);

    [Theory]
    [InlineData("/admin/v1/ledger?tenant=", "'tenant'")]
    [InlineData("/admin/v1/ledger?tenant=fixed&tenant=", "'tenant'")]
    [InlineData("/admin/v1/export?tenant[]=", "'tenant[]'")]
    [InlineData("/admin/v1/spend?user", "'user'")]
    [InlineData("/admin/v1/audit?actor=", "'actor'")]
    [InlineData("/v1/organization/costs?start_time=0&project_ids=", "'project_ids'")]
    [InlineData("/v1/quota?user=", "'user'")]
    public async Task Parameter_without_a_value_is_refused_by_name(string path, string name) => await RefusedAsync(path, "invalid_value", name);

    [Theory]
    [InlineData("/admin/v1/tenants?limit[]=1&cursor[]=x", "'cursor'")]
    [InlineData("/admin/v1/audit?from[]=never", "'from'")]
    [InlineData("/v1/quota?user=ada&user=eve", "'user'")]
    public async Task Parameter_is_read_in_either_form_and_once(string path, string name) => await RefusedAsync(path, "invalid_value", name);

    [Fact]
    public async Task Azures_clients_may_send_their_version_with_a_question_about_the_quota()
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var answer = await gateway.SendAsync(HttpMethod.Get, "/v1/quota?api-version=2025-04-01-preview&user=ada", key: AdminGateway.FixedKey);
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("/admin/v1/ledger?tenant=fixed&cursor=")]
    [InlineData("/v1/organization/costs?start_time=0&page=")]
    public async Task Empty_cursor_is_the_first_page(string path)
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var answer = await gateway.SendAsync(HttpMethod.Get, path);
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Every_endpoint_of_the_control_plane_and_of_the_reports_says_what_it_reads()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var endpoints = gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => $"/{endpoint.RoutePattern.RawText!.TrimStart('/')}" is var path && (path.StartsWith("/admin/v1/", StringComparison.Ordinal) || path.StartsWith("/v1/organization/", StringComparison.Ordinal))).ToList();
        Assert.NotEmpty(endpoints);
        Assert.All(endpoints, endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<KnownQuery>()));
    }

    private static async Task RefusedAsync(string path, string code, params string[] words)
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var refused = await gateway.SendAsync(HttpMethod.Get, path, key: path.StartsWith("/v1/quota", StringComparison.Ordinal) ? AdminGateway.FixedKey : Keys.Admin);
        var text = await refused.Content.ReadAsStringAsync();
        Assert.True((int)refused.StatusCode == StatusCodes.Status400BadRequest, text);
        Assert.All([code, .. words], word => Assert.Contains(word, text, StringComparison.Ordinal));
    }
}
