using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Api.Organization;

/// <summary>
/// <c>GET /v1/organization/usage/images</c> and <c>GET /v1/organization/costs</c> in OpenAI's format, so that a dashboard made
/// for them works here. A tenant's key sees its own tenant, an admin key sees all.
/// </summary>
internal static class OrganizationEndpoints
{
    private static readonly (string, int, int)[] UsageWidths = [("1d", 7, 31), ("1h", 24, 168), ("1m", 60, 1440)];
    private static readonly (string, int, int)[] CostWidths = [("1d", 7, 180)];
    private static readonly Grouping[] UsageGroups = [Grouping.ProjectId, Grouping.UserId, Grouping.ApiKeyId, Grouping.Model, Grouping.Size, Grouping.Source];
    private static readonly Grouping[] CostGroups = [Grouping.ProjectId, Grouping.LineItem, Grouping.ApiKeyId];
    private static readonly string[] Sources = ["image.generation", "image.edit", "image.variation"];

    public static void MapOrganization(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/organization/usage/images", (HttpContext http, LedgerReader ledger, TimeProvider time) => UsageAsync(http, ledger, time))
            .WithQuery([.. BucketRequest.Names, "sizes", "user_ids", "models", "sources"]);
        app.MapGet("/v1/organization/costs", (HttpContext http, LedgerReader ledger, TimeProvider time) => CostsAsync(http, ledger, time)).WithQuery(BucketRequest.Names);
    }

    private static Task<BucketPage<ImagesResult>> UsageAsync(HttpContext http, LedgerReader ledger, TimeProvider time)
    {
        var query = new QueryReader(http.Request.Query);
        var filters = new SumFilters(query);
        filters.Add("sizes", Dimension.Size);
        filters.Add("user_ids", Dimension.User);
        filters.Add("models", Dimension.Model);
        filters.Add(query.Words("sources", Sources).Select(source => source["image.".Length..]), Dimension.Operation);
        return new BucketReport<ImagesResult>(http, ledger, time, "usage", UsageGroups, filters).ReadAsync(
            UsageWidths,
            ["requests", "images"],
            (row, groups) => new ImagesResult(
                row.Values[1], row.Values[0], groups.Of(row, Grouping.Source), groups.Of(row, Grouping.Size), groups.Of(row, Grouping.ProjectId),
                groups.Of(row, Grouping.UserId), groups.Of(row, Grouping.ApiKeyId), groups.Of(row, Grouping.Model))
            { More = groups.More(row) });
    }

    private static Task<BucketPage<CostsResult>> CostsAsync(HttpContext http, LedgerReader ledger, TimeProvider time) =>
        new BucketReport<CostsResult>(http, ledger, time, "costs", CostGroups, new SumFilters(new QueryReader(http.Request.Query))).ReadAsync(
            CostWidths,
            ["charge", "images", "requests"],
            (row, groups) => new CostsResult(
                new Amount(new NanoUsd(row.Values[0]).Usd, "usd"), groups.Of(row, Grouping.LineItem), groups.Of(row, Grouping.ProjectId), groups.Of(row, Grouping.ApiKeyId),
                groups.Have(Grouping.LineItem) ? row.Values[1] : null, groups.Have(Grouping.LineItem) ? "images" : null)
            { More = groups.More(row) });
}
