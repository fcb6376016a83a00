using ImageGateway.Images;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Api.Organization;

/// <summary>A value of <c>group_by</c> and what it reads.</summary>
/// <param name="Name">The value, which is also the member of a result.</param>
/// <param name="Dimensions">The dimensions it consists of.</param>
/// <param name="IsOpenAIs">False for values that this gateway adds.</param>
internal sealed record Grouping(string Name, IReadOnlyList<Dimension> Dimensions, bool IsOpenAIs)
{
    public static readonly Grouping ProjectId = new("project_id", [Dimension.Tenant, Dimension.Project], true);
    public static readonly Grouping UserId = new("user_id", [Dimension.User], true);
    public static readonly Grouping ApiKeyId = new("api_key_id", [Dimension.Key], true);
    public static readonly Grouping Model = new("model", [Dimension.Model], true);
    public static readonly Grouping LineItem = new("line_item", [Dimension.Model], true);
    public static readonly Grouping Size = new("size", [Dimension.Size], true);
    public static readonly Grouping Source = new("source", [Dimension.Operation], true);

    private static readonly Grouping[] Added =
        [new("tenant", [Dimension.Tenant], false), new("quality", [Dimension.Quality], false), new("target", [Dimension.Target], false)];

    /// <summary>Reads the groupings of a request.</summary>
    /// <param name="names">The values of <c>group_by</c>.</param>
    /// <param name="openAIs">The values that OpenAI knows there.</param>
    /// <param name="hideTarget">True when the reader must not see targets.</param>
    public static List<Grouping> Read(IReadOnlyList<string> names, Grouping[] openAIs, bool hideTarget)
    {
        var known = openAIs.Concat(Added).Where(grouping => !hideTarget || grouping.Name != "target").ToList();
        return [.. names.Select(name => known.Find(grouping => grouping.Name == name) ?? Tag(name)
            ?? throw GatewayException.Invalid("group_by", name, $"{string.Join(", ", known.Select(grouping => grouping.Name))}, tag:NAME"))];
    }

    /// <summary>Its value in a row; null if the entries have none.</summary>
    public string? ValueOf(SumRow row, List<Dimension> columns)
    {
        var value = string.Join('/', Dimensions.Select(dimension => row.Keys[columns.IndexOf(dimension)]));
        return value.Length == 0 ? null : this == Source ? $"image.{value}" : value;
    }

    private static Grouping? Tag(string name) => Dimension.Find(name) is { TagName: not null } tag ? new Grouping(name, [tag], false) : null;
}

/// <summary>The groups of a request, and how a result shows them.</summary>
internal sealed class Groups(IReadOnlyList<Grouping> groupings)
{
    /// <summary>The columns the query must group by.</summary>
    public List<Dimension> Columns { get; } = [.. groupings.SelectMany(grouping => grouping.Dimensions).Distinct()];

    public bool Have(Grouping grouping) => groupings.Contains(grouping);

    /// <summary>The value of one of OpenAI's groupings; null if the request does not group by it.</summary>
    public string? Of(SumRow row, Grouping grouping) => Have(grouping) ? grouping.ValueOf(row, Columns) : null;

    /// <summary>The members of this gateway's own groupings.</summary>
    public Dictionary<string, object?> More(SumRow row) =>
        groupings.Where(grouping => !grouping.IsOpenAIs).ToDictionary(grouping => grouping.Name, object? (grouping) => grouping.ValueOf(row, Columns));
}
