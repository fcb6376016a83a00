using System.Net;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>The disk of SQLite's file and of the spool is full: a file system of 64 MB that the gateway's process alone has.</summary>
public sealed class DiskFullTests
{
    [Fact]
    public async Task Full_disk_refuses_jobs_loses_none_and_is_over_when_there_is_room()
    {
        using var disk = new TemporaryFolder();
        await using var gateway = await LedgerGateway.PrepareAsync($"Data Source={disk.Path}/ledger.db", $$""" "Ledger": { "Spool": "{{disk.Path}}/ledger.spool" }, """);
        using var process = await gateway.StartProcessAsync([.. SmallDisk(disk.Path)]);
        var inside = $"/proc/{process.Id}/root{disk.Path}";
        Assert.True(File.Exists($"{inside}/ledger.db"), "the file system was not mounted");

        gateway.Break(new() { DelayMilliseconds = 20 });
        await using (var load = new Load(gateway, 8, "filling"))
        {
            await Until.TrueAsync(() => load.Count(HttpStatusCode.OK) > 20, "pictures");
            Fill($"{inside}/filler");
            await Until.TrueAsync(() => load.Count(HttpStatusCode.ServiceUnavailable) > 20, "refusals");
            await load.StopAsync();
            Assert.All(load.Answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => Assert.Equal("store_unavailable", (string?)JsonNode.Parse(answer.Body)!["error"]!["code"]));
        }
        var calls = gateway.Log.Total;
        await using (var load = new Load(gateway, 8, "full"))
            // More than the queue holds: none may hang.
            await Until.TrueAsync(() => load.Answers.Count > 6000, "refusals");
        Assert.Equal(calls, gateway.Log.Total);
        File.Delete($"{inside}/filler");
        await using (var load = new Load(gateway, 8, "roomy"))
            await Until.TrueAsync(() => load.Count(HttpStatusCode.OK) > 20, "pictures again");

        var copy = await CopyAsync(inside, disk.Path, gateway);
        Assert.Empty(await Accounts.CheckAsync(gateway, copy));
        Assert.Equal(0, await copy.CountAsync("intents"));
        await copy.CheckSumsAsync();
        await process.TerminateAsync();
        Assert.Equal(0, await process.ExitCodeAsync());
    }

    private static string[] SmallDisk(string folder) =>
        ["unshare", "--mount", Environment.IsPrivilegedProcess ? "--" : "--map-root-user", "sh", "-c", "mount -t tmpfs -o size=64m tmpfs \"$0\" && exec \"$@\"", folder];

    private static void Fill(string file)
    {
        using var filler = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
                filler.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    // SQLite would look for the files where their links lead, which is another file system here.
    private static async Task<LedgerReader> CopyAsync(string inside, string folder, LedgerGateway gateway)
    {
        var copy = new LedgerReader($"Data Source={folder}/copy.db;Pooling=false");
        await Until.TrueAsync(
            async () =>
            {
                foreach (var end in (string[])["", "-wal"])
                    File.Copy($"{inside}/ledger.db{end}", $"{folder}/copy.db{end}", overwrite: true);
                File.Delete($"{folder}/copy.db-shm");
                return await copy.CountAsync("intents") == 0 && await copy.CountAsync("entries WHERE attempts <> '[]'") >= gateway.Log.Calls.Count;
            },
            "what waited in memory is written");
        return copy;
    }
}
