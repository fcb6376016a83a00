using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Admin.Spending;

/// <summary>The parameters of a spend query: a period in Unix ms, groups, filters.</summary>
internal sealed record SpendRequest(long From, long To, IReadOnlyList<Dimension> GroupBy, IReadOnlyList<SumFilter> Filters, int Top, string Granularity, BudgetWindow Window)
{
    private const int TagDays = 90;
    private const int MaxCells = 100_000;

    private static readonly (string Name, Dimension Dimension)[] Columns = [.. Dimension.All.Values.Select(dimension => (dimension == Dimension.Key ? "key_id" : dimension.Name, dimension))];

    /// <summary>The parameters.</summary>
    public static readonly string[] Names = ["group_by", "from", "to", "top", "granularity", "window", .. Columns.Select(column => column.Name), "tag"];

    /// <summary>The width of a bucket in ms; 0: none are requested.</summary>
    public long Width => Granularity switch { "hour" => UsageSum.Hour, "day" => UsageSum.Day, _ => 0 };

    /// <summary>Reads the parameters: <c>group_by</c>, <c>from</c>, <c>to</c>, <c>top</c>, <c>granularity</c>, <c>window</c>, and a filter for each dimension and <c>tag</c>.</summary>
    public static SpendRequest Read(QueryReader query, DateTimeOffset now)
    {
        var (from, to) = query.Period();
        var window = BudgetWindow.Of(query.Word("window", "month", "day", "total"), now);
        var request = new SpendRequest(
            from ?? window.From, to ?? now.ToUnixTimeMilliseconds() + 1, ReadGroups(query), ReadFilters(query),
            query.Number("top", ifAbsent: 100, min: 1, max: 1000), query.Word("granularity", "none", "day", "hour"), window);
        if (request.To <= request.From)
            throw GatewayException.Invalid(from is null ? "to" : "from", query.Text(from is null ? "to" : "from")!, "a from before to; absent, they are the start of the window and now");
        var tags = request.GroupBy.Any(group => group.TagName is not null) || query.Many("tag").Count > 0;
        if (tags && request.To - request.From > TagDays * UsageSum.Day)
            throw TooLongForTags(query, from is not null ? "from" : window.To is null ? "window" : "to");
        if (request.Width > 0 && ((request.To - request.From) / request.Width + 1) * request.Top > MaxCells)
            throw GatewayException.Invalid("granularity", request.Granularity, $"at most {MaxCells} cells (top times buckets); ask for a shorter period or a smaller top");
        return request;
    }

    // The period starts with from, else with the window.
    private static GatewayException TooLongForTags(QueryReader query, string sent) =>
        GatewayException.Invalid(sent, query.Text(sent)!, $"a period of at most {TagDays} days, when it is about tags");

    private static List<Dimension> ReadGroups(QueryReader query)
    {
        var groups = new List<Dimension>();
        foreach (var name in query.Many("group_by"))
        {
            var dimension = Dimension.Find(name) ?? throw GatewayException.Invalid("group_by", name, $"{string.Join(", ", Dimension.All.Keys.Order())}, tag:NAME");
            // Projects of two tenants may have the same name.
            if (dimension == Dimension.Project)
                groups.Add(Dimension.Tenant);
            groups.Add(dimension);
        }
        return [.. groups.Distinct()];
    }

    private static List<SumFilter> ReadFilters(QueryReader query)
    {
        var filters = Columns.Select(column => (column.Dimension, Values: query.Many(column.Name)))
            .Where(filter => filter.Values.Count > 0).Select(filter => SumFilter.Of(filter.Dimension, filter.Values)).ToList();
        filters.AddRange(LedgerFilters.Tags(query).Select(tag => SumFilter.Of(Dimension.Find($"tag:{tag.Name}")!, [tag.Value])));
        return filters;
    }
}
