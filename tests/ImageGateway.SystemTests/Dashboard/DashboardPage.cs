using ImageGateway.Tests;
using Microsoft.Playwright;

namespace ImageGateway.SystemTests.Dashboard;

/// <summary>The dashboard in a browser of its own making. When it is closed nothing may have failed on it and nothing gone to another origin.</summary>
internal sealed class DashboardPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _errors = [];
    private readonly List<string> _foreign = [];

    private DashboardPage(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>True for tests in which requests are refused or cut, which a browser puts on its console.</summary>
    public bool RequestsMayFail { get; set; }

    /// <summary>Opens an address and, given a key, enters with it as a reader would.</summary>
    public static async Task<DashboardPage> OpenAsync(IBrowser browser, Uri address, string? key, ColorScheme scheme, bool isPhone, Func<IPage, Task>? before)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            AcceptDownloads = true,
            ViewportSize = isPhone ? new ViewportSize { Width = 360, Height = 740 } : new ViewportSize { Width = 1280, Height = 900 },
        });
        context.SetDefaultTimeout(15_000);
        var opened = new DashboardPage(context, await context.NewPageAsync());
        opened.Watch(address);
        if (before is not null)
            await before(opened.Page);
        await opened.Page.GotoAsync(address.AbsoluteUri);
        if (key is not null)
            await opened.EnterAsync(key);
        return opened;
    }

    public async Task EnterAsync(string key)
    {
        await Page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true }).FillAsync(key);
        await Page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Waits until every part has its answer and every chart is drawn.</summary>
    public async Task SettleAsync()
    {
        await Page.Locator("main > *").First.WaitForAsync();
        await Page.WaitForFunctionAsync("() => !document.querySelector('[aria-busy=true]') && [...document.querySelectorAll('canvas')].every(canvas => window.Chart?.getChart(canvas))");
    }

    /// <summary>Keeps a picture of the whole page among the test results.</summary>
    public Task ScreenshotAsync(string name) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Repository.File("artifacts", "screenshots", $"{name}.png"), FullPage = true });

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_foreign);
        Assert.Empty(RequestsMayFail ? _errors.Where(error => !error.Contains("Failed to load resource", StringComparison.Ordinal)) : _errors);
    }

    private void Watch(Uri address)
    {
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _errors.Add(message.Text);
        };
        Page.PageError += (_, error) => _errors.Add(error);
        Page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" } url && url.Authority != address.Authority)
                _foreign.Add(request.Url);
        };
    }
}
