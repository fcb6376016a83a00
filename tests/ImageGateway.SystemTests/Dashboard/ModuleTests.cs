namespace ImageGateway.SystemTests.Dashboard;

/// <summary>The page's small modules, in the browser that runs them.</summary>
[Collection(DashboardCollection.Name)]
public sealed class ModuleTests(DashboardFixture fixture)
{
    [Theory]
    [InlineData("format.js", "m.usd(0)", "$0.00")]
    [InlineData("format.js", "m.usd(1234.5)", "$1,234.50")]
    [InlineData("format.js", "m.usd(0.008548)", "$0.008548")]
    [InlineData("format.js", "m.usd(0.5)", "$0.5000")]
    [InlineData("format.js", "m.usdExact(0.000000001)", "$0.000000001")]
    [InlineData("format.js", "m.percent(0.015)", "1.5 %")]
    [InlineData("format.js", "m.duration(null)", "–")]
    [InlineData("format.js", "m.duration(999)", "999 ms")]
    [InlineData("format.js", "m.duration(61000)", "61.0 s")]
    [InlineData("format.js", "m.duration(600000)", "10.0 min")]
    [InlineData("csv.js", "m.csvOf([['=1+1', '@x', 'a,\"b\"', -1.5, null]])", "'=1+1,'@x,\"a,\"\"b\"\"\",-1.5,\r\n")]
    [InlineData("period.js", "JSON.stringify(m.periodOf('month', 1795235512))", """{"name":"month","from":1793491200,"to":1795235513,"granularity":"day","width":86400}""")]
    [InlineData("period.js", "m.bucketsOf(m.periodOf('day', 1795235512)).length", "24")]
    [InlineData("period.js", "m.bucketsOf(m.periodOf('90', 1795235512)).length", "90")]
    public async Task Module_answers(string module, string expression, string answer)
    {
        Assert.Equal(answer, await EvaluateAsync(module, expression));
    }

    private const string Price = "{model:'m',from:'2026-01-01',text_input:5,cached_text_input:1.25,image_input:10,cached_image_input:2.5,image_output:40,text_output:0,per_image:{hd:{'1024x1024':0.08}}}";
    private const string Usage = "{input_tokens_details:{text_tokens:10,image_tokens:0,cached_text_tokens:4,cached_image_tokens:0},output_tokens_details:{image_tokens:100,text_tokens:0}}";

    [Theory]
    [InlineData("usage:" + Usage + ",list_usd:0.004035,charge_usd:0.004035", "text in=0.00003 text in, cached=0.000005 image out=0.004", "1")]
    [InlineData("usage:" + Usage + ",list_usd:0.005,charge_usd:0.0025", "text in=0.00003 text in, cached=0.000005 image out=0.004 other calls of this job, or other prices=0.000965", "0.5")]
    [InlineData("usage:null,images:2,quality:'hd',size:'1024x1024',list_usd:0.16,charge_usd:0.16", "images, hd, 1024x1024=0.16", "1")]
    [InlineData("usage:null,images:1,quality:'x',size:'y',list_usd:0.5,charge_usd:0.5", "not itemised=0.5", "1")]
    [InlineData("usage:null,images:1,list_usd:0,charge_usd:0", "", "1")]
    public async Task Arithmetic_adds_up_to_the_list_price(string entry, string lines, string factor)
    {
        var expression = $$"""(() => { const a = m.arithmetic({created_at:1795235512,served_model:'m',{{entry}}}, [{{Price}}, {...{{Price}}, from:'2099-01-01', image_output:1}]); return [a.lines.map(l => `${l.item}=${l.usd}`).join(' '), a.factor].join('|'); })()""";
        Assert.Equal($"{lines}|{factor}", await EvaluateAsync("views/arithmetic.js", expression));
    }

    [Theory]
    [InlineData("'data: {\"a\":1}\\n\\ndata: {\"a\":2}\\n\\n'", "1 2")]
    [InlineData("'event: x\\r\\nda','ta: {\"a\":\\r\\n','data: 1}\\r\\n\\r','\\n: comment\\n\\ndata: [DONE]\\n\\n'", "1")]
    [InlineData("'data: {\"a\":1}\\n\\ndata: {\"a\":2}'", "1")]
    public async Task Events_are_read_however_they_are_cut(string pieces, string answer)
    {
        var expression = $$"""(async () => { const all = []; for await (const e of m.eventsOf(new ReadableStream({ start(c) { for (const p of [{{pieces}}]) c.enqueue(new TextEncoder().encode(p)); c.close(); } }))) all.push(e.a); return all.join(' '); })()""";
        Assert.Equal(answer, await EvaluateAsync("views/events.js", expression));
    }

    private async Task<string> EvaluateAsync(string module, string expression)
    {
        await using var dashboard = await fixture.OpenAsync(key: null);
        return await dashboard.Page.EvaluateAsync<string>($"async () => {{ const m = await import(new URL('{module}', location.href)); return String(await {expression}); }}");
    }
}
