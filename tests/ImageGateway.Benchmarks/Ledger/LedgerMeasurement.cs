using System.Diagnostics;
using System.Net.Http.Headers;
using ImageGateway.Benchmarks.Processes;
using ImageGateway.Benchmarks.Proxy;
using ImageGateway.Benchmarks.Reporting;

namespace ImageGateway.Benchmarks.Ledger;

/// <summary>Measures over HTTP, as a dashboard and a downloader see it.</summary>
internal sealed class LedgerMeasurement : IDisposable
{
    private readonly HttpClient _http;
    private readonly int _gateway;
    private readonly (string Name, string Path)[] _queries;

    public LedgerMeasurement(Uri address, int gateway, DateTimeOffset today)
    {
        _gateway = gateway;
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Gateway.AdminKey) } };
        var (end, day) = (today.ToUnixTimeSeconds(), 86_400);
        var (quarter, month, week) = ($"start_time={end - (90 * day)}&end_time={end}", $"start_time={end - (31 * day)}&end_time={end}", $"start_time={end - (7 * day)}&end_time={end}");
        _queries =
        [
            ("costs, 90 days by line item", $"/v1/organization/costs?{quarter}&limit=90&group_by=line_item"),
            ("costs, 90 days by tenant", $"/v1/organization/costs?{quarter}&limit=90&group_by=tenant"),
            ("usage, 31 days by model", $"/v1/organization/usage/images?{month}&limit=31&group_by=model"),
            ("usage, 31 days by tenant", $"/v1/organization/usage/images?{month}&limit=31&group_by=tenant"),
            ("spend, 90 days by model", $"/admin/v1/spend?from={end - (90 * day)}&to={end}&group_by=model"),
            ("spend, 90 days by tenant", $"/admin/v1/spend?from={end - (90 * day)}&to={end}&group_by=tenant"),
            ("spend, 90 days by user", $"/admin/v1/spend?from={end - (90 * day)}&to={end}&group_by=user"),
            ("usage, 31 days by size", $"/v1/organization/usage/images?{month}&limit=31&group_by=size"),
            ("usage, 7 days in hours by model", $"/v1/organization/usage/images?{week}&bucket_width=1h&limit=168&group_by=model"),
            ("costs, 7 days by a tag (entries)", $"/v1/organization/costs?{week}&group_by=tag:team"),
            ("ledger, first page of a tenant", "/admin/v1/ledger?tenant=tenant-07"),
        ];
    }

    /// <summary>A table of the queries' times; the first answer of each does not count.</summary>
    public async Task<string> QueriesAsync(int rounds, bool markdown)
    {
        var table = new Table(1, "request", "median ms", "fastest ms", "answer KB");
        foreach (var (name, path) in _queries)
        {
            var times = new List<double>();
            var bytes = 0;
            for (var i = 0; i <= rounds; i++)
            {
                var start = Stopwatch.GetTimestamp();
                bytes = (await _http.GetByteArrayAsync(path)).Length;
                if (i > 0)
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            table.Add(name, $"{times.Median():0.0}", $"{times.Min():0.0}", $"{bytes / 1024.0:0.0}");
        }
        return table.ToText(markdown);
    }

    /// <summary>A table of whole exports.</summary>
    public async Task<string> ExportsAsync(bool markdown)
    {
        var table = new Table(1, "export", "rows", "s", "rows/s", "CPU s", "rows/CPU s", "MB", "peak RSS MB at 10 %", "peak RSS MB");
        foreach (var (name, format, packed) in ((string, string, bool)[])[("csv", "csv", false), ("csv, gzip", "csv", true), ("jsonl", "jsonl", false), ("focus", "focus", false)])
        {
            ProcessTree.ResetPeak(_gateway);
            var early = 0L;
            var (start, cpu) = (Stopwatch.GetTimestamp(), ProcessTree.CpuSeconds(_gateway));
            var (lines, bytes) = await DownloadAsync(format, packed, read => early = early == 0 && read > 40_000_000 / (packed ? 10 : 1) ? ProcessTree.PeakBytes(_gateway) : early);
            var (seconds, used) = (Stopwatch.GetElapsedTime(start).TotalSeconds, ProcessTree.CpuSeconds(_gateway) - cpu);
            table.Add(
                name, packed ? "" : $"{lines}", $"{seconds:0.0}", packed ? "" : $"{lines / seconds:0}", $"{used:0.0}", packed ? "" : $"{lines / used:0}", $"{bytes / 1e6:0}", early == 0 ? "" : $"{early / 1e6:0}", $"{ProcessTree.PeakBytes(_gateway) / 1e6:0}");
        }
        return table.ToText(markdown);
    }

    private async Task<(long Lines, long Bytes)> DownloadAsync(string format, bool packed, Action<long> progress)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/admin/v1/export?format={format}");
        if (packed)
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using var response = (await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead)).EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        var (buffer, lines, bytes) = (new byte[256 * 1024], 0L, 0L);
        while (await body.ReadAsync(buffer) is > 0 and var read)
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
            progress(bytes += read);
        }
        return (lines, bytes);
    }

    public void Dispose() => _http.Dispose();
}
