using System.Text;

namespace ImageGateway.Benchmarks.Reporting;

/// <summary>Rows under headings, printed aligned or as Markdown. The first <paramref name="names"/> columns are names, the others figures.</summary>
internal sealed class Table(int names, params string[] headings)
{
    private readonly List<string[]> rows = [headings];

    public void Add(params string[] cells) => rows.Add(cells);

    public string ToText(bool markdown)
    {
        var widths = headings.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.AppendLine(Line(row, widths, markdown));
            if (markdown && row == headings)
                text.AppendLine(Line(Array.ConvertAll(widths, _ => "---"), widths, markdown, rule: true));
        }
        return text.ToString();
    }

    private string Line(string[] row, int[] widths, bool markdown, bool rule = false)
    {
        var cells = row.Select((cell, column) => Align(cell, column, widths[column], rule));
        return markdown ? $"| {string.Join(" | ", cells)} |" : string.Join("  ", cells);
    }

    private string Align(string cell, int column, int width, bool rule)
    {
        if (column < names)
            return cell.PadRight(width);
        return rule ? cell[1..].PadLeft(width - 1, '-') + ":" : cell.PadLeft(width);
    }
}
