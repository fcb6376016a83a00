using ImageGateway.Api.Reading;
using ImageGateway.Images;

namespace ImageGateway.Admin;

/// <summary>A page of a list; <see cref="NextCursor"/> leads to the next one; null: there is none.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Data, string? NextCursor);

/// <summary>The part of a list that a request asks for: <c>?limit=</c> (1 to 1000, default 100) and <c>?cursor=</c>.</summary>
internal static class Paging
{
    private const int Usual = 100;
    private const int Most = 1000;

    /// <summary>The parameters of a list.</summary>
    public static readonly string[] Query = ["limit", "cursor"];

    /// <summary>The maximum number of entries on a page.</summary>
    public static int Limit(this HttpRequest request) => new QueryReader(request.Query).Number("limit", Usual, 1, Most);

    /// <summary>The key of the previous page's last entry; null on the first page.</summary>
    /// <param name="request">The request.</param>
    /// <param name="list">The list's name: a cursor of another list is refused.</param>
    public static string? After(this HttpRequest request, string list)
    {
        if (new QueryReader(request.Query).Text("cursor") is not { } cursor)
            return null;
        return Cursor.Read(cursor, 2) is [var name, var key] && name == list ? key : throw GatewayException.Invalid("cursor", cursor, "next_cursor of a page of this list");
    }

    /// <summary>A page, from entries read with one more than the limit.</summary>
    public static Page<T> Of<T>(IReadOnlyList<T> entries, int limit, string list, Func<T, string> key) => entries.Count <= limit
        ? new Page<T>(entries, null)
        : new Page<T>([.. entries.Take(limit)], Cursor.Of(list, key(entries[limit - 1])));

    /// <summary>A page of a list in memory, in the order of its keys.</summary>
    public static Page<T> Of<T>(IEnumerable<T> entries, HttpRequest request, string list, Func<T, string> key)
    {
        var (limit, after) = (request.Limit(), request.After(list));
        return Of([.. entries.Where(entry => after is null || string.CompareOrdinal(key(entry), after) > 0).OrderBy(key, StringComparer.Ordinal).Take(limit + 1)], limit, list, key);
    }
}
