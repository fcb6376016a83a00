using System.Globalization;

namespace ImageGateway.Benchmarks.Processes;

/// <summary>CPU time and memory of a process and its descendants, from Linux's /proc.</summary>
internal static class ProcessTree
{
    // USER_HZ, the unit of utime and stime: 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of all living processes of the tree, in seconds, to 10 ms.</summary>
    public static double CpuSeconds(int root) => Members(root).Sum(member => member.CpuTicks) / TicksPerSecond;

    /// <summary>The sum of the members' peak resident sets (VmHWM) in bytes; pages they share count in each.</summary>
    public static long PeakBytes(int root) => Members(root).Sum(member => Bytes(member.Id, "VmHWM:"));

    /// <summary>The sum of the members' resident sets (VmRSS) in bytes; pages they share count in each.</summary>
    public static long ResidentBytes(int root) => Members(root).Sum(member => Bytes(member.Id, "VmRSS:"));

    /// <summary>Lets the peaks start again from what is resident now.</summary>
    public static void ResetPeak(int root)
    {
        foreach (var member in Members(root))
            File.WriteAllText($"/proc/{member.Id}/clear_refs", "5");
    }

    private static List<Stat> Members(int root)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? Read(id) : null)
            .OfType<Stat>()
            .ToLookup(stat => stat.Parent);
        var members = new List<Stat>(all.SelectMany(group => group).Where(stat => stat.Id == root));
        for (var i = 0; i < members.Count; i++)
            members.AddRange(all[members[i].Id]);
        return members;
    }

    private static Stat? Read(int id)
    {
        try
        {
            // proc(5): the command in parentheses may hold anything; after it come state, ppid, …, utime (14th), stime (15th).
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Stat(id, int.Parse(fields[1]), long.Parse(fields[11]) + long.Parse(fields[12]));
        }
        catch (IOException)
        {
            return null; // It ended meanwhile.
        }
    }

    private static long Bytes(int id, string name)
    {
        var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line.AsSpan(name.Length).Trim().TrimEnd(" kB"));
    }

    private sealed record Stat(int Id, int Parent, long CpuTicks);
}
