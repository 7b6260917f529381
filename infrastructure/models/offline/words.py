"""Words that the engine knows: function words by language, abbreviations, openings that lean on what came before."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["english", "german"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ENGLISH = """
a about above across after again against all almost along already also although always am among an and another any
anyone anything are aren't around as at away back be became because become becomes been before behind being below
beside besides between beyond both but by can can't cannot come comes could couldn't did didn't do does doesn't doing
don't done down during each either else enough especially even ever every everyone everything far few first for from
further gets give given gives go goes going gone got had hadn't has hasn't have haven't having he hence her here hers
herself him himself his how however i i'd i'll i'm i've if in indeed instead into is isn't it it's its itself just keep
kept last later least less let like likely made mainly make makes making many may maybe me mean means might mine more
moreover most mostly much must my myself near nearly need needs neither never nevertheless next no nobody none nor not
nothing now nowhere of off often on once one ones only onto or other others otherwise our ours ourselves out over own
perhaps per put puts quite rather really roughly said same say says second see seem seemed seems seen several shall she
should since so some somebody someone something sometimes somewhat somewhere soon still such take taken takes taking
tend tends than that that's the their theirs them themselves then there thereby therefore these they they're thing
things third this those though through throughout thus to together too toward towards try turn turns twice two under
unless until up upon us use used uses using usually very was wasn't way ways we well went were weren't what whatever
when whenever where whereas wherever whether which while who whole whom whose why will with within without won't would
wouldn't yes yet you you'll you're your yours yourself yourselves
"""

_GERMAN = """
ab aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus außer
außerdem bei beide beiden beim bereits besonders bin bis bist bleiben bleibt da dabei dadurch dafür dagegen daher damit
danach daneben dann daran darauf daraus darf darin darüber darum darunter das dass davon davor dazu dein deine dem den
denen denn dennoch der deren derselbe des deshalb dessen desto deswegen dich die dies diese dieselbe diesem diesen
dieser dieses dir doch dort du durch dürfen ebenfalls ebenso ein eine einem einen einer eines einige einigen einmal er
erst erste ersten es etwa etwas euch euer eure fast für ganz ganze gegen gegenüber geben gewesen gibt ging haben hat
hatte hatten hätte hätten her hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in indem ins
innerhalb insbesondere ist ja je jede jedem jeden jeder jedes jedoch jene jenem jenen jener jenes jetzt kam kann kein
keine keinem keinen keiner keines können könnte könnten kommen kommt lassen lässt machen macht man manche mancher mehr
mein meine meist meisten mich mindestens mir mit muss müssen musste mussten nach nachdem natürlich neben nein nicht
nichts nie niemand noch nun nur ob oben oder oft ohne schon sehr sei seien sein seine seinem seinen seiner seines seit
selbst sich sie sind so sobald sogar solche solchem solchen solcher solches soll sollen sollte sollten somit sondern
sonst soweit sowie sowohl statt stets trotz trotzdem über um und uns unser unsere unserem unseren unserer unter viel
viele vielen vielleicht vom von vor während war waren warum was weder weg wegen weil weiter weitere weiteren welche
welchem welchen welcher welches wenig wenige weniger wenn wer werde werden wie wieder will wir wird wo wobei wodurch
wohl wollen wollte worden wurde wurden würde würden zu zum zur zwar zwei zwischen
"""

STOP_WORDS: Mapping[Language, frozenset[str]] = {
    "english": _set(_ENGLISH),
    "german": _set(_GERMAN),
}

ABBREVIATIONS = _set(
    """
    mr mrs ms dr prof st rev hon gen col lt sgt capt gov sen rep pres messrs mt ft vs cf eg ie e.g i.e viz resp approx
    ca circa dept univ ed eds trans ed. est jan feb mar apr jun jul aug sep sept oct nov dec tel ext min max incl excl
    bzw bspw ggf evtl sog inkl exkl zzgl abzgl geb gest hrsg vgl z.b d.h u.a v.a z.t o.ä i.d.r u.u s.o s.u m.e a.d hl
    jh jhd mio mrd tsd ziff hr fr frl str allg bes
    """
)
"""After these a sentence goes on, whatever follows."""

NUMBERED = _set("no nos nr p pp s fig figs abb tab vol bd ch kap sec abs art para eq ref refs anm")
"""After these a sentence goes on when a number follows."""

CLOSING = _set("etc usw inc ltd co corp jr sr al a.m p.m u.s u.k u.n e.u ph.d bros plc")
"""After these a sentence ends only when a word follows that likes to open one."""

LEANING = _set(
    """
    this that these those it its they their them he she his her such both either neither here then thus hence
    therefore however but and or so yet also still moreover furthermore besides instead otherwise nevertheless
    nonetheless meanwhile similarly likewise conversely finally elsewhere another others one some
    dies diese dieser dieses diesem diesen das es er sie ihr ihre seine solche solcher beide hier dort dann daher
    deshalb deswegen darum somit also jedoch aber und oder denn doch dennoch trotzdem außerdem zudem ferner dagegen
    stattdessen sonst inzwischen ebenso schließlich dabei damit dadurch dafür dazu davon
    """
)
"""A sentence that opens with one of these leans on the sentence before it."""

AFTER_ORDINALS = _set(
    """
    januar jänner februar märz april mai juni juli august september oktober november dezember
    jahrhundert jahrhunderts jahrhunderte jahrtausend jahrtausends
    """
)
"""Before these a number with a dot is a German ordinal."""

POINTING = _set("both former latter above following same aforementioned beide beiden obige folgende")
"""A sentence that has one of these is likely to point at something outside of it."""

CUES = _set(
    """
    important main mainly key central essential crucial significant problem problems difficulty difficulties obstacle
    obstacles challenge challenges cause causes caused because therefore result results conclude conclusion conclusions
    recommend recommends recommended suggest suggests propose proposes proposed should must cannot risk risks danger
    uncertain unclear unknown question questions goal aim purpose advantage disadvantage benefit benefits depends
    wichtig wichtigste wichtigsten haupt zentral entscheidend problem probleme schwierigkeit schwierigkeiten hindernis
    hindernisse herausforderung ursache ursachen weil deshalb daher ergebnis ergebnisse folge folgen fazit empfehlen
    empfiehlt empfehlung vorschlag sollte sollten müssen risiko risiken gefahr gefahren unklar ungewiss frage fragen
    ziel ziele zweck vorteil vorteile nachteil nachteile
    """
)
"""Words by which a text says that something matters (H. P. Edmundson, "New Methods in Automatic Extracting", 1969)."""

CONNECTING = _set("of de du des di da del la le van von der den zu zur am")
"""Small words inside names: the Bay of Fundy, Otto von Guericke."""

NO_PHRASE = _set(
    """
    able add adds added century centuries number numbers name names section
    sections part parts allow allows appear appears ask asked base based begin begins begun belong belongs better bring
    brings build built call called cause causes certain change changes choose clear close common consider contain
    contains continue cost costs cut cuts depend depends describe described different difficult direct easy enough exist
    exists expect expected fall falls feed fill find follow followed follows full good great grow grows happen happens
    hard help helps high higher highest hold holds include includes including increase keep know known large larger
    largest last lead leads leave leaves left long longer look looks lose lost low lower many match means meet modest
    move moves new old open pass pay people place places point possible prove proved provide provides raise reach real
    remain remains require requires rise run runs sell serve set settle show shown shows sign similar simple single
    small smaller solve special stand stands start stay stop strong stronger suit supply tell test thing things time
    times try useful value want wants weak weaker wide work works world worse worth year years young
    akzeptieren alt alten besteht bestehen bilden brauchen braucht bringen eigene eigenen einfach enthalten finden
    findet folgen führen führt gehen geht gilt gleich groß große großen größer gut gute guten halten hoch hohe hohen
    jahr jahre jahren klein kleine kleinen lang lange langen leben liegen liegt möglich nehmen neu neue neuen nimmt
    nutzen nutzt stehen steht teil unterschiedlich verschieden verschiedene verschiedenen verwenden verwendet wachsen
    welt wichtig wichtige wichtigen zeigen zeigt zeit
    """
)
"""Content words that are too general to be part of a phrase."""
