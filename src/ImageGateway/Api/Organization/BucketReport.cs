using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;
using ImageGateway.Tenants;

namespace ImageGateway.Api.Organization;

/// <summary>One request for totals in time buckets, from its parameters to its page.</summary>
internal sealed class BucketReport<T>(HttpContext http, LedgerReader ledger, TimeProvider time, string list, Grouping[] openAIs, SumFilters filters)
{
    private const int TagDays = 90;

    /// <summary>Reads a page.</summary>
    /// <param name="widths">See <see cref="BucketRequest.Read"/>.</param>
    /// <param name="sums">The summed columns; groups in which all are 0 are left out.</param>
    /// <param name="result">Creates a result from a row.</param>
    public async Task<BucketPage<T>> ReadAsync((string, int, int)[] widths, string[] sums, Func<SumRow, Groups, T> result)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (query, caller) = (new QueryReader(http.Request.Query), http.CallerUnlessAdmin());
        var request = BucketRequest.Read(query, list, widths, now);
        var groups = new Groups(Grouping.Read(query.Many("group_by"), openAIs, caller?.HideTarget == true));
        if (caller is not null)
            filters.Add([caller.Tenant], Dimension.Tenant);
        var buckets = request.Buckets().ToList();
        if (buckets.Count == 0)
            return new BucketPage<T>([], false, null);
        if (groups.Columns.Any(column => column.TagName is not null) && buckets[^1].End - buckets[0].Start > TagDays * UsageSum.Day)
            throw GatewayException.Invalid("group_by", groups.Columns.First(column => column.TagName is not null).Name, $"tags within a page of {TagDays} days at most; set limit");
        var rows = await ledger.ReadAsync(
            connection => new SumQuery(buckets[0].Start, buckets[^1].End) { Width = request.Width, GroupBy = groups.Columns, Filters = filters.All, Sums = sums, NotAllZero = sums }
                .ListAsync(connection, now, http.RequestAborted),
            http.RequestAborted);
        var byBucket = rows.ToLookup(row => row.Start);
        var next = request.Next(list, buckets[^1].End);
        return new BucketPage<T>(
            [.. buckets.Select(bucket => new Bucket<T>(bucket.Start / 1000, (bucket.End + 999) / 1000, [.. byBucket[bucket.Start / request.Width * request.Width].Select(row => result(row, groups))]))],
            next is not null, next);
    }
}
