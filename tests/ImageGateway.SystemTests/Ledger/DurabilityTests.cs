using System.Text.RegularExpressions;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>Durability is shown: what the kernel was asked to do, and when it said it was done.</summary>
public sealed partial class DurabilityTests
{
    [Fact]
    public async Task Disk_has_the_intent_before_the_provider_is_sent_a_byte()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await LedgerGateway.PrepareAsync($"Data Source={folder.Path}/ledger.db");
        var trace = Path.Combine(folder.Path, "trace");
        using var process = await gateway.StartProcessAsync(
            "strace", "-D", "-f", "-y", "-q", "--seccomp-bpf", "-s", "5000", "-o", trace, "-e", "trace=pwrite64,write,writev,fdatasync,fsync,sendto,sendmsg,recvfrom,recvmsg,read");
        string id;
        using (var response = await gateway.GenerateAsync())
            id = (await gateway.EntryAsync(response)).Id;
        await process.TerminateAsync();
        Assert.Equal(0, await process.ExitCodeAsync());

        var lines = await File.ReadAllLinesAsync(trace);
        var request = Find(lines, 0, line => line.Contains("POST /v1/images/generations", StringComparison.Ordinal), "the request");
        var call = Find(lines, request, line => line.Contains("POST /accounts/west/v1/images/generations", StringComparison.Ordinal), "the call");
        var intent = Find(lines, request, line => line.Contains("write", StringComparison.Ordinal) && line.Contains("/ledger.db-wal>", StringComparison.Ordinal) && line.Contains(id, StringComparison.Ordinal), "the intent");
        var asked = Find(lines, intent, line => Sync().IsMatch(line), "an fdatasync of the database");
        var done = lines[asked].Contains("unfinished", StringComparison.Ordinal)
            ? Find(lines, asked, line => line.StartsWith(lines[asked].Split(' ')[0] + " ", StringComparison.Ordinal) && line.Contains("sync resumed>", StringComparison.Ordinal), "its end")
            : asked;
        Assert.EndsWith(" = 0", lines[done].TrimEnd(), StringComparison.Ordinal);
        Assert.True(intent < asked && done < call, $"the intent is written in line {intent}, on the disk in line {done}, the call is made in line {call}");
    }

    private static int Find(string[] lines, int from, Predicate<string> what, string name)
    {
        var at = Array.FindIndex(lines, from, what);
        Assert.True(at >= 0, $"{name} is not in the trace's {lines.Length} lines");
        return at;
    }

    [GeneratedRegex(@"f(?:data)?sync\(\d+</[^>]*/ledger\.db-wal>", RegexOptions.None, 1000)]
    private static partial Regex Sync();
}
