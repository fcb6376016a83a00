using ImageGateway.Admin;
using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Ledger;

namespace ImageGateway.Api.Organization;

/// <summary>
/// The buckets that a request asks for, in Unix ms. As with OpenAI, they start at the start time rounded down to the minute;
/// the first bucket ends at the next whole minute, hour or day (UTC), and the others are whole.
/// </summary>
internal sealed record BucketRequest(long Start, long End, long Width, int Limit)
{
    private const long Minute = 60_000;

    /// <summary>The parameters of any report in buckets.</summary>
    public static readonly string[] Names = ["start_time", "end_time", "bucket_width", "limit", "page", "group_by", "project_ids", "api_key_ids"];

    /// <summary>Reads <c>start_time</c>, <c>end_time</c>, <c>bucket_width</c>, <c>limit</c> and <c>page</c>.</summary>
    /// <param name="query">The parameters.</param>
    /// <param name="list">The list's name, so that another list's cursor is refused.</param>
    /// <param name="widths">The allowed widths, each with the limit's default and maximum; the first is the default.</param>
    /// <param name="now">Unix ms.</param>
    public static BucketRequest Read(QueryReader query, string list, (string Name, int Default, int Max)[] widths, long now)
    {
        var start = query.Seconds("start_time") * 1000
            ?? throw new GatewayException(ErrorKind.MissingParameter, "Missing required parameter: 'start_time', a time in Unix seconds.", "start_time");
        var end = query.Seconds("end_time") * 1000;
        if (end <= start)
            throw GatewayException.Invalid("end_time", query.Text("end_time")!, "a time after start_time");
        var word = query.Word("bucket_width", [.. widths.Select(one => one.Name)]);
        var bounds = widths.First(one => one.Name == word);
        var width = word switch { "1m" => Minute, "1h" => UsageSum.Hour, _ => UsageSum.Day };
        var limit = query.Number("limit", bounds.Default, 1, bounds.Max);
        // Costs have whole days only.
        var request = new BucketRequest(start / (widths.Length == 1 ? width : Minute) * (widths.Length == 1 ? width : Minute), end ?? (now / width * width) + width, width, limit);
        return query.Text("page") is { } page ? request.From(page, $"{list}/{word}") : request;
    }

    /// <summary>The buckets of this page, each from its start to its end.</summary>
    public IEnumerable<(long Start, long End)> Buckets()
    {
        var start = Start;
        for (var i = 0; i < Limit && start < End; i++)
        {
            var end = Math.Min((start / Width * Width) + Width, End);
            yield return (start, end);
            start = end;
        }
    }

    /// <summary>The cursor of the page after the bucket that ends at <paramref name="last"/>; null when that is the last one.</summary>
    public string? Next(string list, long last) =>
        last < End ? Cursor.Of($"{list}/{(Width == Minute ? "1m" : Width == UsageSum.Hour ? "1h" : "1d")}", $"{last}", $"{End}") : null;

    // The end of the period stays as it was on the first page, however long the client takes to page.
    private BucketRequest From(string page, string list)
    {
        var parts = Cursor.Read(page, 3, "page");
        var (start, end) = (Cursor.Moment(parts[1], page, "page"), Cursor.Moment(parts[2], page, "page"));
        return parts[0] == list && start > Start && start < end ? this with { Start = start, End = end } : throw Cursor.Invalid("page", page);
    }
}
