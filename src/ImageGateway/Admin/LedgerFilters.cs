using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Admin;

/// <summary>
/// The filters of a ledger query: <c>from</c>, <c>to</c>, <c>tag=NAME:VALUE</c> and an entry's columns; any may appear several
/// times.
/// </summary>
internal static class LedgerFilters
{
    private static readonly string[] Operations = ["generation", "edit", "variation"];
    private static readonly string[] Statuses = [.. Enum.GetValues<JobStatus>().Select(status => WireName.Of(status))];

    private static readonly (string Name, string Column)[] Free =
        [("tenant", "tenant"), ("project", "project"), ("key_id", "key_id"), ("user", "end_user"), ("model", "served_model"), ("target", "target"), ("size", "size"), ("quality", "quality"), ("route", "route"), ("error_code", "error_code")];

    /// <summary>The parameters that are filters.</summary>
    public static readonly string[] Names = [.. Free.Select(filter => filter.Name), "operation", "status", "tag", "from", "to"];

    public static EntryQuery Read(QueryReader query)
    {
        var (from, to) = query.Period();
        var words = Free.Select(filter => (filter.Column, Values: query.Many(filter.Name)))
            .Append((Column: "operation", Values: query.Words("operation", Operations)))
            .Append((Column: "status", Values: query.Words("status", Statuses)));
        return new EntryQuery { From = from, To = to, Words = [.. words.Where(word => word.Values.Count > 0)], Tags = Tags(query) };
    }

    /// <summary>The tags of a query, each as <c>NAME:VALUE</c> or <c>NAME=VALUE</c>.</summary>
    public static List<(string Name, string Value)> Tags(QueryReader query)
    {
        var tags = new List<(string, string)>();
        foreach (var tag in query.Many("tag"))
        {
            var at = tag.AsSpan().IndexOfAny(':', '=');
            if (at <= 0 || Dimension.Find($"tag:{tag[..at]}") is not { TagName: { } name })
                throw GatewayException.Invalid("tag", tag, "NAME:VALUE; a name of 1 to 64 letters, digits, '.', '_' or '-'");
            tags.Add((name, tag[(at + 1)..]));
        }
        return tags;
    }
}
