using System.CommandLine;

namespace ImageGateway.Commands;

/// <summary><c>export</c>: the ledger of a period.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var format = new Option<string>("--format") { Description = "csv, jsonl or focus.", DefaultValueFactory = _ => "csv" };
        format.AcceptOnlyFromAmong("csv", "jsonl", "focus");
        var from = new Option<string>("--from") { Description = "The start: 2026-11-01, ISO 8601 or Unix seconds." };
        var to = new Option<string>("--to") { Description = "The end, exclusive." };
        var tenant = new Option<string>("--tenant") { Description = "Only this tenant's entries." };
        var file = new Option<string>("--output") { Description = "Write to this file instead of standard output.", HelpName = "FILE" };
        var command = new Command("export", """
            Write the entries of the ledger, the oldest first. The admin key is in GATEWAY_ADMIN_KEY.

            Example:
              ImageGateway export --from 2026-11-01 --to 2026-12-01 --format focus --output november.csv
            """) { format, from, to, tenant, file, GatewayClient.Url };
        command.SetAction((parsed, cancellation) => GatewayClient.RunAsync(parsed, "GATEWAY_ADMIN_KEY", async gateway =>
        {
            var query = QueryString.Create("format", parsed.GetValue(format)!);
            foreach (var (name, option) in (ReadOnlySpan<(string, Option<string>)>)[("from", from), ("to", to), ("tenant", tenant)])
                query = parsed.GetValue(option) is { } value ? query.Add(name, value) : query;
            using var response = await gateway.SendAsync(HttpMethod.Get, $"/admin/v1/export{query}", null, cancellation);
            await GatewayClient.CheckAsync(response);
            await using var output = parsed.GetValue(file) is { } path ? Create(path) : Console.OpenStandardOutput();
            await response.Content.CopyToAsync(output, cancellation);
            return 0;
        }));
        return command;
    }

    private static FileStream Create(string path)
    {
        try
        {
            return File.Create(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException($"--output: {e.Message}");
        }
    }
}
